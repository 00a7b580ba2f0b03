"""Reverse-mode differentiation on numpy arrays in float64: enough for the model and its objective, and independent of
the library that the program computes with."""
import math

import numpy as np

KIND = ["f8"]  # of every array; float32 is for measuring what its rounding does
ERF = np.vectorize(math.erf, otypes=[float])


class Value:
    """An array, how it was made, and (after backward) the derivative of the result by it."""

    def __init__(self, data, parents=(), trained=False):
        self.data = np.asarray(data, KIND[0])
        self.parents = [(parent, pull) for parent, pull in parents if parent.needs]
        self.needs = trained or bool(self.parents)
        self.grad = None

    @property
    def shape(self):
        return self.data.shape

    def __add__(self, other):
        return both(self, other, np.add, lambda g, a, b: g, lambda g, a, b: g)

    def __sub__(self, other):
        return both(self, other, np.subtract, lambda g, a, b: g, lambda g, a, b: -g)

    def __mul__(self, other):
        return both(self, other, np.multiply, lambda g, a, b: g * b, lambda g, a, b: g * a)

    def __truediv__(self, other):
        return both(self, other, np.divide, lambda g, a, b: g / b, lambda g, a, b: -g * a / b**2)

    def __matmul__(self, other):
        return both(self, other, np.matmul, lambda g, a, b: g @ b.swapaxes(-1, -2), lambda g, a, b: a.swapaxes(-1, -2) @ g)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1.0

    def __getitem__(self, where):
        def pull(g):
            out = np.zeros(self.shape)
            np.add.at(out, where, g)
            return out
        return Value(self.data[where], [(self, pull)])

    def reshape(self, *shape):
        return Value(self.data.reshape(shape), [(self, lambda g: g.reshape(self.shape))])

    def transpose(self, *axes):
        return Value(self.data.transpose(axes), [(self, lambda g: g.transpose(np.argsort(axes)))])

    def sum(self, axis, keep=False):
        def pull(g):
            return np.broadcast_to(g if keep else np.expand_dims(g, axis), self.shape)
        return Value(self.data.sum(axis=axis, keepdims=keep), [(self, pull)])

    def mean(self, axis, keep=False):
        count = np.prod([self.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))])
        return self.sum(axis, keep) * (1.0 / count)

    def max(self, axis):
        at = np.expand_dims(self.data.argmax(axis), axis)

        def pull(g):
            out = np.zeros(self.shape)
            np.put_along_axis(out, at, np.expand_dims(g, axis), axis)
            return out
        return Value(np.take_along_axis(self.data, at, axis).squeeze(axis), [(self, pull)])

    def apply(self, function, slope):
        return Value(function(self.data), [(self, lambda g: g * slope(self.data))])

    def exp(self):
        made = np.exp(self.data)
        return Value(made, [(self, lambda g: g * made)])

    def log(self):
        return self.apply(np.log, lambda x: 1 / x)

    def sqrt(self):
        made = np.sqrt(self.data)
        return Value(made, [(self, lambda g: g / (2 * made))])

    def relu(self):
        return self.apply(lambda x: np.maximum(x, 0), lambda x: x > 0)

    def gelu(self):
        half = math.sqrt(0.5)
        return self.apply(lambda x: x * 0.5 * (1 + ERF(x * half)),
                          lambda x: 0.5 * (1 + ERF(x * half)) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi))

    def tanh(self):
        made = np.tanh(self.data)
        return Value(made, [(self, lambda g: g * (1 - made**2))])


def constant(x):
    return x if isinstance(x, Value) else Value(x)


def without_broadcast(g, shape):
    g = g.sum(axis=tuple(range(g.ndim - len(shape)))) if g.ndim > len(shape) else g
    wide = tuple(i for i, size in enumerate(shape) if size == 1 and g.shape[i] != 1)
    return g.sum(axis=wide, keepdims=True) if wide else g


def both(a, b, function, by_a, by_b):
    a, b = constant(a), constant(b)
    return Value(function(a.data, b.data), [(a, lambda g: without_broadcast(by_a(g, a.data, b.data), a.shape)),
                                            (b, lambda g: without_broadcast(by_b(g, a.data, b.data), b.shape))])


def concatenate(values, axis):
    ends = np.cumsum([v.shape[axis] for v in values])

    def part(i):
        start = ends[i] - values[i].shape[axis]
        return lambda g: np.take(g, np.arange(start, ends[i]), axis)
    return Value(np.concatenate([v.data for v in values], axis), [(v, part(i)) for i, v in enumerate(values)])


def log_sum_exp(x, axis):
    top = x.data.max(axis=axis, keepdims=True)
    return (x - top).exp().sum(axis, True).log() + top


def softmax(x):
    return (x - log_sum_exp(x, -1)).exp()


def unit(x):
    return x / ((x * x).sum(-1, True) + 1e-300).sqrt()


def backward(result):
    """Adds the derivative of a single number to every trained value's grad."""
    order, seen = [], set()
    stack = [(result, False)]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((parent, False) for parent, _ in value.parents)
    result.grad = np.ones(result.shape)
    for value in reversed(order):
        for parent, pull in value.parents:
            g = pull(value.grad)
            parent.grad = g if parent.grad is None else parent.grad + g
        if value.parents:
            value.grad = None
