"""Functions and operators at many arguments, by mpmath at 40 digits."""
import mpmath as mp

from .cases import Subject, case, observe

m = mp.mpf
NOTE = ("no integration: what is held is the function, at the doubles nearest to the arguments, by mpmath at 40 digits; the tolerance "
        "is some 50 roundings")


def functions(name, forms, arguments, note="", relative=1e-14 * 50, absolute=1e-300, more=()):
    """`forms`: name -> (text, function of X and Y)."""
    rows = [observe(i, X=repr(float(x)), Y=repr(float(y)))[0] for i, (x, y) in enumerate(arguments)]

    def value(t, before):
        x, y = (m(float(v)) for v in arguments[before])
        return {key: form(x, y) for key, (_, form) in forms.items()}

    case(name, {"one": 1}, [f"{key} <- {text}" for key, (text, _) in forms.items()] + ["d/dt(state) <- -one*state"],
         [Subject(rows, value)], "; ".join(filter(None, (note, NOTE))), relative=relative, absolute=absolute)


def both(*values):
    return [(v, v) for v in values]


functions("functions-exponential", {
    "f1": ("exp(X)", lambda x, y: mp.exp(x)), "f2": ("expm1(X)", lambda x, y: mp.expm1(x)),
    "f3": ("log1p(Y)", lambda x, y: mp.log1p(y)), "f4": ("log(1 + Y^2)", lambda x, y: mp.log(1 + y**2)),
    "f5": ("log10(exp(X))", lambda x, y: mp.log10(mp.exp(x))), "f6": ("log2(2 + Y)", lambda x, y: mp.log(2 + y, 2)),
    "f7": ("expit(X)", lambda x, y: 1 / (1 + mp.exp(-x))), "f8": ("softplus(X)", lambda x, y: mp.log1p(mp.exp(x))),
    "f9": ("sqrt(X*X + 1)", lambda x, y: mp.sqrt(x * x + 1)),
}, [(-700, -0.5), (-40, 3), (-3, 1e-12), (-1e-3, 1e-5), (-1e-10, -1e-7), (1e-14, 0.25), (0.5, 0.3), (2, 30), (36.5, 1e6), (700, -0.999)],
    absolute=1e-16, note="f4 and f5 lose digits where 1 + Y^2 or exp(X) rounds: an absolute error of a rounding is theirs")

functions("functions-gamma", {
    "f1": ("lgamma(X)", lambda x, y: mp.log(abs(mp.gamma(x)))), "f2": ("lgamma1p(Y)", lambda x, y: mp.loggamma(1 + y).real),
    "f3": ("digamma(X)", lambda x, y: mp.digamma(x)), "f4": ("lbeta(X, Y)", lambda x, y: mp.log(mp.beta(x, y))),
    "f5": ("lchoose(X + Y, Y)", lambda x, y: mp.log(mp.binomial(x + y, y))), "f6": ("lfactorial(Y)", lambda x, y: mp.loggamma(1 + y).real),
}, [(0.001, 0.5), (0.3, 2), (0.9, 0.1), (1.5, 7.25), (2.5, 0.01), (3, 3), (7.7, 30), (12, 1.25), (35.5, 60), (180, 2.5), (1234.5, 800)],
    absolute=1e-12, relative=1e-12, note="logarithms near 1, where they pass zero, are held absolutely")

functions("functions-gamma-values", {
    "f1": ("gamma(X)", lambda x, y: mp.gamma(x)), "f2": ("factorial(Y)", lambda x, y: mp.gamma(1 + y)),
    "f3": ("beta(Y, 2.5)", lambda x, y: mp.beta(y, m("2.5"))), "f4": ("choose(10, Y)", lambda x, y: mp.binomial(10, y)),
}, [(0.1, 1), (0.5, 2), (1, 3), (1.7, 4), (4, 5), (5.5, 6), (9.25, 7), (20, 8), (50.5, 9), (100.25, 10)], relative=1e-11,
    note="powers of large arguments carry the rounding of their exponent")

functions("functions-gamma-negative", {
    "f1": ("gamma(X)", lambda x, y: mp.gamma(x)), "f2": ("lgamma(X)", lambda x, y: mp.log(abs(mp.gamma(x)))),
}, both(-0.5, -1.5, -0.001, -2.75, -7.3), relative=1e-11, absolute=1e-13,
    note="gamma of negative numbers has a sign, lgamma is the logarithm of its size (R)")

functions("functions-normal", {
    "f1": ("phi(X)", lambda x, y: mp.ncdf(x)), "f2": ("erf(X)", lambda x, y: mp.erf(x)), "f3": ("erfc(X)", lambda x, y: mp.erfc(x)),
    "f4": ("pnorm(X, 1, 2)", lambda x, y: mp.ncdf((x - 1) / 2)), "f5": ("probitInv(X)", lambda x, y: mp.ncdf(x)),
    "f6": ("probitInv(X, -2, 5)", lambda x, y: -2 + 7 * mp.ncdf(x)), "f7": ("normcdf(X)", lambda x, y: mp.ncdf(x)),
}, both(-20, -8.5, -5.5, -3, -1.2, -0.3, -1e-9, 0, 1e-6, 0.7, 1.96, 3.3, 6, 9), relative=1e-12, absolute=1e-250,
    note="the tails are held relatively")

functions("functions-quantiles", {
    "f1": ("probit(X)", lambda x, y: mp.sqrt(2) * mp.erfinv(2 * x - 1)), "f2": ("qnorm(X, 3, 2)", lambda x, y: 3 + 2 * mp.sqrt(2) * mp.erfinv(2 * x - 1)),
    "f3": ("logit(X)", lambda x, y: mp.log(x / (1 - x))), "f4": ("logit(Y, -2, 6)", lambda x, y: mp.log((y + 2) / (6 - y))),
    "f5": ("probit(Y, -2, 6)", lambda x, y: mp.sqrt(2) * mp.erfinv((y + 2) / 4 - 1)), "f6": ("expit(Y, -2, 6)", lambda x, y: -2 + 8 / (1 + mp.exp(-y))),
}, [(1e-12, -1.9999), (0.001, -1), (0.025, 0), (0.2, 1.5), (0.49, 2.25), (0.6, 3), (0.84, 4.5), (0.975, 5.9), (0.99999, 5.9999)],
    relative=1e-12, absolute=1e-14, note="logit and probit with bounds: of (x - low)/(high - low)")

functions("functions-trigonometric", {
    "f1": ("sin(X)", lambda x, y: mp.sin(x)), "f2": ("cos(X)", lambda x, y: mp.cos(x)), "f3": ("tan(X)", lambda x, y: mp.tan(x)),
    "f4": ("asin(Y)", lambda x, y: mp.asin(y)), "f5": ("acos(Y)", lambda x, y: mp.acos(y)), "f6": ("atan(X)", lambda x, y: mp.atan(x)),
    "f7": ("atan2(X, Y)", lambda x, y: mp.atan2(x, y)),
}, [(-300.5, 0.3), (-7, -0.7), (-2, 0.999), (-0.5, -0.2), (1e-7, 0.5), (0.8, -0.999), (2.2, 0.01), (10, -0.01), (1000.25, 0.9)],
    relative=1e-12, absolute=1e-15)

functions("functions-hyperbolic", {
    "f1": ("sinh(X)", lambda x, y: mp.sinh(x)), "f2": ("cosh(X)", lambda x, y: mp.cosh(x)), "f3": ("tanh(X)", lambda x, y: mp.tanh(x)),
    "f4": ("asinh(X)", lambda x, y: mp.asinh(x)), "f5": ("acosh(1 + Y)", lambda x, y: mp.acosh(1 + y)), "f6": ("atanh(Y)", lambda x, y: mp.atanh(y)),
}, [(-20, 0.999), (-1.5, 0.25), (-1e-3, 0.5), (-1e-9, 0.0078125), (1e-12, 0.125), (0.3, 0.75), (4, 0.03125), (30, 0.9)], relative=1e-12)


def away(x):
    """C's round: halves away from zero."""
    return mp.sign(x) * mp.floor(abs(x) + m("0.5"))


def fmod(x, y):
    """C's fmod: the sign of the first."""
    return mp.sign(x) * (abs(x) - abs(y) * mp.floor(abs(x) / abs(y)))


ROUNDED = [(v, w) for v, w in ((-7.5, 2), (-2.5, 0.7), (-1.5, -2), (-0.5, 3), (-0.49999999999999994, 1), (0, 1), (0.49999999999999994, 5),
                              (0.5, 0.25), (1.5, -0.7), (2.5, 2), (3.5, 10), (7.25, -3), (1e15, 7), (4503599627370497.5, 2))]
functions("functions-rounding", {
    "f1": ("floor(X)", lambda x, y: mp.floor(x)), "f2": ("ceil(X)", lambda x, y: mp.ceil(x)), "f3": ("round(X)", lambda x, y: away(x)),
    "f4": ("trunc(X)", lambda x, y: mp.sign(x) * mp.floor(abs(x))), "f5": ("sign(X)", lambda x, y: mp.sign(x)),
    "f6": ("abs(X)", lambda x, y: abs(x)), "f7": ("min(X, Y, 1)", lambda x, y: min(x, y, 1)), "f8": ("max(X, Y, 1)", lambda x, y: max(x, y, 1)),
}, ROUNDED, relative=1e-16, absolute=1e-300, note="round() takes halves away from zero (C, which rxode2 compiles to; R takes them to even); the tolerance is below a rounding")
functions("operator-remainder", {
    "f1": ("X %% Y", lambda x, y: fmod(x, y)), "f2": ("-X %% Y", lambda x, y: -fmod(x, y)), "f3": ("2 + X %% Y * 2", lambda x, y: 2 + fmod(x, y) * 2),
}, ROUNDED[:12], relative=1e-15, absolute=1e-15,
    note="`%%` is C's fmod, of the sign of its first argument (rxode2 src/tran.c; R's has the sign of the second); it binds closer than a sign")
functions("operators", {
    "f1": ("-X^2", lambda x, y: -x**2), "f2": ("X^-1", lambda x, y: 1 / x), "f3": ("X**3", lambda x, y: x**3), "f4": ("X - Y - 1", lambda x, y: x - y - 1),
    "f5": ("X/Y/2", lambda x, y: x / y / 2), "f6": ("X/Y*2", lambda x, y: x / y * 2), "f7": ("-X*-Y", lambda x, y: x * y),
    "f8": ("(X > Y) + 2*(X == Y) + 4*(X <= Y)", lambda x, y: int(x > y) + 2 * int(x == y) + 4 * int(x <= y)),
    "f9": ("(X > 0 || Y > 0 && X > Y)", lambda x, y: int(x > 0 or (y > 0 and x > y))), "f10": ("X^2*Y + X*Y^2/2", lambda x, y: x**2 * y + x * y**2 / 2),
    "f11": ("pow(Y, X)", lambda x, y: abs(y) ** x * (1 if y > 0 or x % 2 == 0 else -1)), "f12": ("1e-3*X + .5 + 2.E1", lambda x, y: x / 1000 + m("0.5") + 20),
}, [(-3, -2), (-2, 4), (1, 1), (2, -3), (3, 0.5), (4, 4), (5, -0.25)], relative=1e-14, absolute=1e-14)

EPS = m(2) ** -52
functions("safe-logarithm-division-power", {
    "f1": ("log(X)", lambda x, y: mp.log(x) if x > 0 else mp.log(EPS)), "f2": ("1/X", lambda x, y: 1 / x if x != 0 else 1 / EPS),
    "f3": ("X^-Y", lambda x, y: x**-y if x != 0 else EPS**-y),
}, [(0, 1), (0, 2), (-1, 2), (2, 3)], relative=1e-13,
    note="rxode2 by default puts 2^-52 where a logarithm of nothing or less, a division by zero or zero to a negative power is asked "
         "(safeZero, safeLog, safePow)")

functions("functions-incomplete-gamma", {
    "f1": ("gammap(X, Y)", lambda x, y: mp.gammainc(x, 0, y, regularized=True)), "f2": ("gammaq(X, Y)", lambda x, y: mp.gammainc(x, y, regularized=True)),
    "f3": ("lowergamma(X, Y)", lambda x, y: mp.gammainc(x, 0, y)), "f4": ("uppergamma(X, Y)", lambda x, y: mp.gammainc(x, y)),
    "f5": ("gammapDer(X, Y)", lambda x, y: y ** (x - 1) * mp.exp(-y) / mp.gamma(x)),
}, [(0.1, 0.01), (0.5, 2), (1, 0.3), (2.5, 2.5), (3.7, 0.001), (5, 12), (20, 15), (20, 30), (100, 95)], relative=1e-11, absolute=1e-300,
    note="regularised (p, q) and whole (lower, upper) incomplete gamma functions with shape X at Y, as boost defines them (rxode2 utilcpp)")

functions("functions-polygamma-and-sums-of-logarithms", {
    "f1": ("trigamma(X)", lambda x, y: mp.polygamma(1, x)), "f2": ("digamma(X + 1)", lambda x, y: mp.digamma(x + 1)),
    "f3": ("logspace_add(X, Y)", lambda x, y: mp.log(mp.exp(x) + mp.exp(y))),
    "f4": ("logspace_sub(X + Y, Y)", lambda x, y: mp.log(mp.exp(x + y) - mp.exp(y))),
    "f5": ("fsign(X, -Y)", lambda x, y: -abs(x) * mp.sign(y)), "f6": ("fmax2(X, Y)", max), "f7": ("fmin2(X, Y)", min),
    "f8": ("invLogit(Y, -1, 3)", lambda x, y: -1 + 4 / (1 + mp.exp(-y))), "f9": ("loggamma(X)", lambda x, y: mp.log(mp.gamma(x))),
}, [(0.3, 0.5), (1.5, -2), (7, 3), (30, 31), (650.5, 20)], relative=1e-11, absolute=1e-13)

functions("functions-activation", {
    "f1": ("ReLU(X)", lambda x, y: max(x, 0)), "f2": ("lReLU(X)", lambda x, y: x if x >= 0 else x * m(float("0.01"))),
    "f3": ("PReLU(X, 0.25)", lambda x, y: x if x >= 0 else x / 4), "f4": ("ELU(X, 1.5)", lambda x, y: x if x > 0 else m("1.5") * mp.expm1(x)),
    "f5": ("Swish(X)", lambda x, y: x / (1 + mp.exp(-x))), "f6": ("GELU(X)", lambda x, y: x * mp.ncdf(x)),
    "f7": ("softplus(X)", lambda x, y: mp.log1p(mp.exp(x))),
}, both(-30, -8, -2.5, -0.3, -1e-6, 0, 1e-6, 0.7, 3, 40), relative=1e-12, absolute=1e-15)
