"""Matrices by their eigenvalues and eigenvectors, for some points together."""

from dataclasses import dataclass, fields

import numpy as np

from systems.values import EPSILON

# Roundings of an element, in EPSILON: those of a sum of some ten terms
ROUNDINGS = 4
MOVED = 1e-2  # of the least loss, by which `moved` changes a matrix


@dataclass(frozen=True)
class Form:
    """``vectors @ diag(values) @ inverse`` of a matrix, for each point.

    >>> one = np.eye(2)[None]
    >>> bool(np.all(Form.of(np.ones((1, 2)), one, one).vectors_dagger == one))
    True
    """

    values: np.ndarray
    vectors: np.ndarray
    inverse: np.ndarray
    vectors_dagger: np.ndarray
    inverse_dagger: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, vectors: np.ndarray, inverse: np.ndarray) -> "Form":
        """With the adjoints, which every sweep needs."""
        return cls(values, vectors, inverse, dagger(vectors), dagger(inverse))

    def rounded(self) -> "Form":
        """The same in single precision."""
        return Form(*(short(getattr(self, field.name)) for field in fields(self)))

    def real(self) -> "Form":
        """The same with real vectors where no imaginary part is lost: for `left` and `right`."""
        if np.any(self.vectors.imag) or np.any(self.inverse.imag):
            return self
        return Form.of(self.values, self.vectors.real.copy(), self.inverse.real.copy())


def diagonalise(G: np.ndarray) -> Form:
    """Eigenvalues and vectors (point, ...); orthogonal ones where the losses are all equal.

    Matrices that differ by a multiple of one only, as along a detuning, share their vectors.

    >>> form = diagonalise(np.array([[[0.5, 0.2j], [0.2j, 0.5]]]))
    >>> form.values.round(6)
    array([[0.5-0.2j, 0.5+0.2j]])
    """
    one = np.eye(G.shape[1])
    shift = G[:, :1, :1] - G[:1, :1, :1]
    size = abs(G).max(axis=(1, 2), keepdims=True)
    if len(G) > 1 and np.all(abs(G - G[:1] - shift * one) <= ROUNDINGS * EPSILON * size):
        first = diagonalise(G[:1])
        same = (np.broadcast_to(part, G.shape) for part in (first.vectors, first.inverse))
        return Form.of(first.values + shift[:, 0], *same)
    H, loss = (G - dagger(G)) / 2j, (G + dagger(G)) / 2
    rate = loss[:, :1, :1].real
    if np.all(abs(loss - rate * one) <= ROUNDINGS * EPSILON * abs(rate)):
        energies, vectors = np.linalg.eigh(H)
        return Form.of(rate[:, 0] + 1j * energies, vectors, dagger(vectors))
    values, vectors = np.linalg.eig(G)
    return Form.of(values, vectors, np.linalg.inv(vectors))


def moved(G: np.ndarray) -> np.ndarray:
    """Matrices next to G whose eigenvectors are not parallel, however parallel those of G are.

    A random change of size d leaves a condition of the order of |G|/d (J. Banks, A. Kulkarni, S.
    Mukherjee and N. Srivastava, Commun. Pure Appl. Math. 74, 2114 (2021)); it is a small part of
    the least loss, so that all still decay.  The same in every run.

    >>> jordan = np.array([[[0.5, 1.0], [0.0, 0.5]]])
    >>> bool(1 < np.linalg.cond(diagonalise(moved(jordan)).vectors[0]) < 1e3)
    True
    """
    size, random = G.shape[1], np.random.default_rng(0)
    noise = random.normal(size=(size, size, 2)) @ [1, 1j] / np.sqrt(2 * size)
    loss = np.min(np.einsum("pii->pi", G).real, axis=1)
    return np.asarray(G + MOVED * loss[:, None, None] * noise)


def left(matrices: np.ndarray, x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """A x of complex x, at half the price where A is real.

    >>> A, x = np.array([[0.0, 2.0], [1.0, 3.0]]), np.array([[1j, 2], [3, 4 + 1j]])
    >>> np.allclose(left(A, x), A @ x)
    True
    """
    if np.iscomplexobj(matrices):
        return np.matmul(matrices, x, out=out)
    made = np.empty_like(x) if out is None else out
    np.matmul(matrices, x.view(matrices.dtype), out=made.view(matrices.dtype))
    return made


def right(x: np.ndarray, matrices: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """x A of complex x, at half the price where A is real.

    >>> A, x = np.array([[0.0, 2.0], [1.0, 3.0]]), np.array([[1j, 2], [3, 4 + 1j]])
    >>> np.allclose(right(x, A), x @ A)
    True
    """
    if np.iscomplexobj(matrices):
        return np.matmul(x, matrices, out=out)
    made = np.empty_like(x) if out is None else out
    made.real, made.imag = np.stack([x.real, x.imag]) @ matrices
    return made


def dagger(matrices: np.ndarray) -> np.ndarray:
    """The adjoints of matrices.

    >>> dagger(np.array([[[1, 2j], [3, 4]]])).tolist()
    [[[(1-0j), (3-0j)], [-2j, (4-0j)]]]
    """
    return np.asarray(matrices.conj().swapaxes(-1, -2))


def short(x: np.ndarray) -> np.ndarray:
    """The same in single precision.

    >>> short(np.ones(2)).dtype, short(np.ones(2) + 0j).dtype
    (dtype('float32'), dtype('complex64'))
    """
    return x.astype(np.complex64 if np.iscomplexobj(x) else np.float32)
