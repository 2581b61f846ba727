"""What happens in time, to leading order in the drive.

`delayed` has g2(tau): the amplitudes of H_eff after one photon is detected.  `pulse` and `tones`
have the amplitudes under a drive that moves, in an envelope or at several frequencies; `driven`
tells which terms of H_eff move with it.
"""
