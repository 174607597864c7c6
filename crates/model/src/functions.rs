//! The functions and reserved names of the language, and what to write instead of those it does not take.

/// What a function computes. The arguments are those of the table below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Exp,
    Ln,
    Log10,
    Log2,
    Log1p,
    Expm1,
    Sqrt,
    Power,
    Abs,
    Min,
    Max,
    Sum,
    Product,
    Floor,
    Ceiling,
    Round,
    Truncate,
    Sign,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Expit,
    Logit,
    Phi,
    ProbitInverse,
    Erf,
    Erfc,
    LogGamma,
    Gamma,
    LogFactorial,
    Factorial,
    LogBeta,
    Beta,
    LogChoose,
    Choose,
    IfElse,
    Atan2,
    NormalQuantile,
    Probit,
    Digamma,
    Trigamma,
    GammaLower,
    GammaUpper,
    GammaLowerWhole,
    GammaUpperWhole,
    GammaDensity,
    IsMissing,
    IsFinite,
    IsInfinite,
    LogSum,
    LogDifference,
    TransferSign,
    Softplus,
    Rectified,
    LeakyRectified,
    ExponentialLinear,
    Swish,
    Gelu,
}

/// A function as the language knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    /// Its name in a model.
    pub(crate) name: &'static str,
    /// What it computes.
    pub(crate) function: Function,
    /// Fewest arguments.
    pub(crate) least: usize,
    /// Most arguments; `usize::MAX` for any number.
    pub(crate) most: usize,
    /// How it is called, for messages.
    pub(crate) form: &'static str,
}

const fn entry(
    name: &'static str,
    function: Function,
    counts: (usize, usize),
    form: &'static str,
) -> Signature {
    Signature {
        name,
        function,
        least: counts.0,
        most: counts.1,
        form,
    }
}

const ONE: (usize, usize) = (1, 1);
const TWO: (usize, usize) = (2, 2);
const MANY: (usize, usize) = (1, usize::MAX);
const BOUNDED: (usize, usize) = (1, 3);

/// Every function that is taken.
pub(crate) const FUNCTIONS: &[Signature] = &[
    entry("exp", Function::Exp, ONE, "exp(x)"),
    entry("log", Function::Ln, ONE, "log(x)"),
    entry("log10", Function::Log10, ONE, "log10(x)"),
    entry("log2", Function::Log2, ONE, "log2(x)"),
    entry("log1p", Function::Log1p, ONE, "log1p(x)"),
    entry("expm1", Function::Expm1, ONE, "expm1(x)"),
    entry("sqrt", Function::Sqrt, ONE, "sqrt(x)"),
    entry("pow", Function::Power, TWO, "pow(base, exponent)"),
    entry("R_pow", Function::Power, TWO, "R_pow(base, exponent)"),
    entry("Rx_pow", Function::Power, TWO, "Rx_pow(base, exponent)"),
    entry("abs", Function::Abs, ONE, "abs(x)"),
    entry("fabs", Function::Abs, ONE, "fabs(x)"),
    entry("min", Function::Min, MANY, "min(a, b, ...)"),
    entry("max", Function::Max, MANY, "max(a, b, ...)"),
    entry("sum", Function::Sum, MANY, "sum(a, b, ...)"),
    entry("prod", Function::Product, MANY, "prod(a, b, ...)"),
    entry("floor", Function::Floor, ONE, "floor(x)"),
    entry("ceil", Function::Ceiling, ONE, "ceil(x)"),
    entry("ceiling", Function::Ceiling, ONE, "ceiling(x)"),
    entry("round", Function::Round, ONE, "round(x)"),
    entry("trunc", Function::Truncate, ONE, "trunc(x)"),
    entry("sign", Function::Sign, ONE, "sign(x)"),
    entry("sin", Function::Sin, ONE, "sin(x)"),
    entry("cos", Function::Cos, ONE, "cos(x)"),
    entry("tan", Function::Tan, ONE, "tan(x)"),
    entry("asin", Function::Asin, ONE, "asin(x)"),
    entry("acos", Function::Acos, ONE, "acos(x)"),
    entry("atan", Function::Atan, ONE, "atan(x)"),
    entry("sinh", Function::Sinh, ONE, "sinh(x)"),
    entry("cosh", Function::Cosh, ONE, "cosh(x)"),
    entry("tanh", Function::Tanh, ONE, "tanh(x)"),
    entry("asinh", Function::Asinh, ONE, "asinh(x)"),
    entry("acosh", Function::Acosh, ONE, "acosh(x)"),
    entry("atanh", Function::Atanh, ONE, "atanh(x)"),
    entry(
        "expit",
        Function::Expit,
        BOUNDED,
        "expit(x), expit(x, low), expit(x, low, high)",
    ),
    entry("invLogit", Function::Expit, BOUNDED, "invLogit(x, low, high)"),
    entry("logitInv", Function::Expit, BOUNDED, "logitInv(x, low, high)"),
    entry(
        "logit",
        Function::Logit,
        BOUNDED,
        "logit(x), logit(x, low), logit(x, low, high)",
    ),
    entry("phi", Function::Phi, ONE, "phi(x)"),
    entry(
        "pnorm",
        Function::Phi,
        BOUNDED,
        "pnorm(x), pnorm(x, mean), pnorm(x, mean, sd)",
    ),
    entry("normcdf", Function::Phi, ONE, "normcdf(x)"),
    entry(
        "probitInv",
        Function::ProbitInverse,
        BOUNDED,
        "probitInv(x), probitInv(x, low, high)",
    ),
    entry("erf", Function::Erf, ONE, "erf(x)"),
    entry("erfc", Function::Erfc, ONE, "erfc(x)"),
    entry("lgamma", Function::LogGamma, ONE, "lgamma(x)"),
    entry("loggamma", Function::LogGamma, ONE, "loggamma(x)"),
    entry("lgammafn", Function::LogGamma, ONE, "lgammafn(x)"),
    entry("gamma", Function::Gamma, ONE, "gamma(x)"),
    entry("gammafn", Function::Gamma, ONE, "gammafn(x)"),
    entry("tgamma", Function::Gamma, ONE, "tgamma(x)"),
    entry("lfactorial", Function::LogFactorial, ONE, "lfactorial(x)"),
    entry("lgamma1p", Function::LogFactorial, ONE, "lgamma1p(x)"),
    entry("factorial", Function::Factorial, ONE, "factorial(x)"),
    entry("lbeta", Function::LogBeta, TWO, "lbeta(a, b)"),
    entry("beta", Function::Beta, TWO, "beta(a, b)"),
    entry("lchoose", Function::LogChoose, TWO, "lchoose(n, k)"),
    entry("choose", Function::Choose, TWO, "choose(n, k)"),
    entry("atan2", Function::Atan2, TWO, "atan2(y, x)"),
    entry(
        "probit",
        Function::Probit,
        BOUNDED,
        "probit(x), probit(x, low), probit(x, low, high)",
    ),
    entry(
        "qnorm",
        Function::NormalQuantile,
        BOUNDED,
        "qnorm(p), qnorm(p, mean), qnorm(p, mean, sd)",
    ),
    entry("digamma", Function::Digamma, ONE, "digamma(x)"),
    entry("trigamma", Function::Trigamma, ONE, "trigamma(x)"),
    entry("gammap", Function::GammaLower, TWO, "gammap(a, z)"),
    entry("gammaq", Function::GammaUpper, TWO, "gammaq(a, z)"),
    entry("lowergamma", Function::GammaLowerWhole, TWO, "lowergamma(a, z)"),
    entry("uppergamma", Function::GammaUpperWhole, TWO, "uppergamma(a, z)"),
    entry("gammapDer", Function::GammaDensity, TWO, "gammapDer(a, z)"),
    entry("is.na", Function::IsMissing, ONE, "is.na(x)"),
    entry("is.nan", Function::IsMissing, ONE, "is.nan(x)"),
    entry("is.finite", Function::IsFinite, ONE, "is.finite(x)"),
    entry("is.infinite", Function::IsInfinite, ONE, "is.infinite(x)"),
    entry("logspace_add", Function::LogSum, TWO, "logspace_add(a, b)"),
    entry("logspace_sub", Function::LogDifference, TWO, "logspace_sub(a, b)"),
    entry("fmin2", Function::Min, TWO, "fmin2(a, b)"),
    entry("fmax2", Function::Max, TWO, "fmax2(a, b)"),
    entry("fsign", Function::TransferSign, TWO, "fsign(size, sign)"),
    entry("ftrunc", Function::Truncate, ONE, "ftrunc(x)"),
    entry("log1pexp", Function::Softplus, ONE, "log1pexp(x)"),
    entry("softplus", Function::Softplus, ONE, "softplus(x)"),
    entry("abs0", Function::Abs, ONE, "abs0(x)"),
    entry("ReLU", Function::Rectified, ONE, "ReLU(x)"),
    entry("lReLU", Function::LeakyRectified, ONE, "lReLU(x)"),
    entry("PReLU", Function::LeakyRectified, TWO, "PReLU(x, slope)"),
    entry("ELU", Function::ExponentialLinear, TWO, "ELU(x, scale)"),
    entry("Swish", Function::Swish, ONE, "Swish(x)"),
    entry("GELU", Function::Gelu, ONE, "GELU(x)"),
    entry("ifelse", Function::IfElse, (3, 3), "ifelse(condition, yes, no)"),
];

/// Functions of rxode2 that are refused by name, with what to write instead.
const REFUSED_FUNCTIONS: &[(&str, &str)] = &[
    ("linCmt", "call it once, outside of conditions"),
    ("lag", "keep the earlier value in a compartment of its own"),
    ("lag0", "keep the earlier value in a compartment of its own"),
    ("lead", "give the later value as a covariate"),
    ("lead0", "give the later value as a covariate"),
    ("diff", "keep the earlier value in a compartment of its own"),
    ("diff0", "keep the earlier value in a compartment of its own"),
    ("first", "give the first value as a covariate"),
    ("last", "give the last value as a covariate"),
    ("delay", "write the delay as a chain of compartments"),
    ("norm", "add a random effect declared in `ini({ ... })`"),
    ("rnorm", "add a random effect declared in `ini({ ... })`"),
    ("rxnorm", "add a random effect declared in `ini({ ... })`"),
    ("rxunif", "add a random effect declared in `ini({ ... })`"),
    ("runif", "add a random effect declared in `ini({ ... })`"),
    ("mix", "give the class as a covariate"),
    ("mixest", "give the class as a covariate"),
    (
        "polygamma",
        "of these functions there are `digamma()` and `trigamma()`",
    ),
    (
        "tetragamma",
        "of these functions there are `digamma()` and `trigamma()`",
    ),
    (
        "pentagamma",
        "of these functions there are `digamma()` and `trigamma()`",
    ),
    ("gammapInv", "give the quantile as a parameter or covariate"),
    ("gammaqInv", "give the quantile as a parameter or covariate"),
    ("gammapInva", "give the shape as a parameter or covariate"),
    ("gammaqInva", "give the shape as a parameter or covariate"),
    ("erfinv", "write `qnorm((x + 1)/2)/sqrt(2)`"),
    ("cospi", "write `cos(pi*x)`"),
    ("sinpi", "write `sin(pi*x)`"),
    ("tanpi", "write `tan(pi*x)`"),
    ("fround", "write `round(x*scale)/scale`"),
    ("fprec", "write `round(x*scale)/scale`"),
    ("bessel_i", "write out the terms of its series that matter"),
    ("bessel_j", "write out the terms of its series that matter"),
    ("bessel_k", "write out the terms of its series that matter"),
    ("bessel_y", "write out the terms of its series that matter"),
    ("c", "a value of an equation is a single number"),
];

/// Reserved names of rxode2 that are refused by name, with what to write instead.
const REFUSED_NAMES: &[(&str, &str)] = &[
    ("rxFlag", "leave it out: it says which part of rxode2 is at work"),
    (
        "evid",
        "rxode2 does not take it either: give what it decides as a covariate of another name",
    ),
    (
        "EVID",
        "rxode2 does not take it either: give what it decides as a covariate of another name",
    ),
    (
        "ii",
        "rxode2 does not take it either: give the interval as a covariate of another name",
    ),
    ("mixest", "give the class as a covariate"),
    ("mixnum", "give the number of classes as a number"),
    ("mixunif", "add a random effect declared in `ini({ ... })`"),
    ("linCmt", "write `linCmt()`"),
    ("NA", "give a number"),
    ("NaN", "give a number"),
    ("NULL", "give a number"),
    ("Inf", "give a large number, such as `1e300`"),
];

/// Names with a meaning of their own, which nothing else may take, beside those of [`CONSTANTS`].
const RESERVED: &[&str] = &[
    "t", "time", "TRUE", "FALSE", "tlast", "newind", "NEWIND", "amt", "AMT",
];

/// Names that are numbers, by R's `Rmath.h` and C's `math.h`.
const CONSTANTS: &[(&str, f64)] = &[
    ("pi", std::f64::consts::PI),
    ("M_E", std::f64::consts::E),
    ("M_LOG2E", std::f64::consts::LOG2_E),
    ("M_LOG10E", std::f64::consts::LOG10_E),
    ("M_LN2", std::f64::consts::LN_2),
    ("M_LN10", std::f64::consts::LN_10),
    ("M_PI", std::f64::consts::PI),
    ("M_2PI", std::f64::consts::TAU),
    ("M_PI_2", std::f64::consts::FRAC_PI_2),
    ("M_PI_4", std::f64::consts::FRAC_PI_4),
    ("M_1_PI", std::f64::consts::FRAC_1_PI),
    ("M_2_PI", std::f64::consts::FRAC_2_PI),
    ("M_2_SQRTPI", std::f64::consts::FRAC_2_SQRT_PI),
    ("M_SQRT2", std::f64::consts::SQRT_2),
    ("M_SQRT1_2", std::f64::consts::FRAC_1_SQRT_2),
    ("M_SQRT_3", 1.732_050_807_568_877_2),
    ("M_SQRT_32", 5.656_854_249_492_381),
    ("M_LOG10_2", std::f64::consts::LOG10_2),
    ("M_SQRT_PI", 1.772_453_850_905_516),
    ("M_1_SQRT_2PI", 0.398_942_280_401_432_7),
    ("M_SQRT_2dPI", 0.797_884_560_802_865_4),
    ("M_LN_SQRT_PI", 0.572_364_942_924_700_1),
    ("M_LN_SQRT_2PI", 0.918_938_533_204_672_8),
    ("M_LN_SQRT_PId2", 0.225_791_352_644_727_44),
];

/// The function of that name.
pub(crate) fn function(name: &str) -> Option<&'static Signature> {
    FUNCTIONS.iter().find(|signature| signature.name == name)
}

/// What to write instead of a function that is not taken.
pub(crate) fn instead_of_function(name: &str) -> Option<&'static str> {
    find(REFUSED_FUNCTIONS, name)
}

/// What to write instead of a reserved name that is not taken.
pub(crate) fn instead_of_name(name: &str) -> Option<&'static str> {
    find(REFUSED_NAMES, name)
}

/// The number of that name.
pub(crate) fn constant(name: &str) -> Option<f64> {
    let named = CONSTANTS.iter().find(|(known, _)| *known == name);
    named.map(|(_, value)| *value)
}

/// Whether a name has a meaning of its own.
pub(crate) fn is_meant(name: &str) -> bool {
    RESERVED.contains(&name) || constant(name).is_some()
}

/// Whether nothing in a model may be given this name.
pub(crate) fn is_reserved(name: &str) -> bool {
    is_meant(name) || instead_of_name(name).is_some()
}

fn find(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, instead)| *instead)
}
