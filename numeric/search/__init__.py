"""The search for a truncation that is large enough, for each point of a batch by itself.

`truncation` is the search.  `start` says where it begins, from the drive, the bath and the
`classical` light; `growth` says which cut comes next, from what the last shells show
(`projection`); `advice` what to ask for instead where it ends without an answer.
"""
