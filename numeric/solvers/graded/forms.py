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
    def of(
        cls, values: np.ndarray, vectors: np.ndarray, inverse: np.ndarray | None = None
    ) -> "Form":
        """With the adjoints, which every sweep needs; that of orthogonal vectors is the inverse."""
        adjoint = dagger(vectors)
        if inverse is None:
            return cls(values, vectors, adjoint, adjoint, vectors)
        return cls(values, vectors, inverse, adjoint, dagger(inverse))

    @property
    def orthogonal(self) -> bool:
        """Whether the vectors are orthogonal ones, whose adjoint is the inverse."""
        return self.inverse is self.vectors_dagger

    @property
    def skew(self) -> np.ndarray:
        """The largest condition of an eigenvalue, (point,): 1 where the vectors are orthogonal."""
        if self.orthogonal:
            return np.ones(len(self.values))
        columns, rows = np.linalg.norm(self.vectors, axis=1), np.linalg.norm(self.inverse, axis=2)
        return np.asarray(np.max(columns * rows, axis=1))

    def shared(self, shift: np.ndarray) -> "Form":
        """That of matrices which differ from this single one by multiples of one, (point, 1)."""
        shape = len(shift), *self.vectors.shape[1:]
        vectors, inverse = (np.broadcast_to(x, shape) for x in (self.vectors, self.inverse))
        values = self.values + shift
        if self.orthogonal:
            return Form(values, vectors, inverse, inverse, vectors)
        adjoints = (np.broadcast_to(x, shape) for x in (self.vectors_dagger, self.inverse_dagger))
        return Form(values, vectors, inverse, *adjoints)

    def rounded(self) -> "Form":
        """The same in single precision."""
        return Form(*(short(getattr(self, field.name)) for field in fields(self)))

    def real(self) -> "Form":
        """The same with real vectors where no imaginary part is lost: for `left` and `right`."""
        if np.any(self.vectors.imag) or np.any(self.inverse.imag):
            return self
        inverse = None if self.orthogonal else self.inverse.real.copy()
        return Form.of(self.values, self.vectors.real.copy(), inverse)


def diagonalise(G: np.ndarray) -> Form:
    """Eigenvalues and vectors (point, ...); orthogonal ones where the losses are all equal.

    Matrices that differ by a multiple of one only, as along a detuning, share their vectors.

    >>> form = diagonalise(np.array([[[0.5, 0.2j], [0.2j, 0.5]]]))
    >>> form.values.round(6)
    array([[0.5-0.2j, 0.5+0.2j]])
    """
    shift = G[:, :1, :1] - G[:1, :1, :1]
    if len(G) > 1 and _are_multiples(G - G[:1], shift, _size(G)):
        return diagonalise(G[:1]).shared(shift[:, 0])
    loss = (G + dagger(G)) / 2
    rate = loss[:, :1, :1].real
    if _are_multiples(loss, rate, abs(rate)):
        energies, vectors = np.linalg.eigh((G - dagger(G)) / 2j)
        return Form.of(rate[:, 0] + 1j * energies, vectors)
    values, vectors = np.linalg.eig(G)
    return Form.of(values, vectors, np.linalg.inv(vectors))


def _are_multiples(matrices: np.ndarray, factors: np.ndarray, sizes: np.ndarray) -> bool:
    """Whether they are ``factors`` times one, but for roundings of numbers of these sizes."""
    rest = matrices - factors * np.eye(matrices.shape[1])
    return bool(np.all(_size(rest) <= ROUNDINGS * EPSILON * sizes))


def _size(matrices: np.ndarray) -> np.ndarray:
    """The largest real or imaginary part of each, (point, 1, 1)."""
    numbers = abs(np.ascontiguousarray(matrices).view(float))
    return np.asarray(numbers.max(axis=(1, 2), keepdims=True))


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
