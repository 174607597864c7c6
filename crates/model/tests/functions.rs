//! Functions of the language against values from elsewhere: the platform's own where it has them, tables where not.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::blocks;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::interpret::Interpreter;

/// The value of an expression in `x`, computed in the time layer.
fn at(expression: &str, x: f64) -> f64 {
    let model = blocks("one <- 1", &format!("d/dt(x) <- -one*x\ny <- {expression}"));
    let program = compile(&model, &CompileOptions::default()).unwrap();
    Interpreter::new(&program).outputs(0.0, &[x])[0]
}

#[test]
fn functions_of_one_argument() {
    type Function = fn(f64) -> f64;
    let everywhere: [(&str, Function); 17] = [
        ("sin(x)", f64::sin),
        ("cos(x)", f64::cos),
        ("tan(x)", f64::tan),
        ("atan(x)", f64::atan),
        ("sinh(x)", f64::sinh),
        ("cosh(x)", f64::cosh),
        ("tanh(x)", f64::tanh),
        ("asinh(x)", f64::asinh),
        ("abs(x)", f64::abs),
        ("fabs(x)", f64::abs),
        ("floor(x)", f64::floor),
        ("ceil(x)", f64::ceil),
        ("ceiling(x)", f64::ceil),
        ("round(x)", f64::round),
        ("trunc(x)", f64::trunc),
        ("sign(x)", |x| if x == 0.0 { 0.0 } else { x.signum() }),
        ("expit(x)", |x| 1.0 / (1.0 + (-x).exp_as_reference())),
    ];
    for (expression, function) in everywhere {
        for x in [
            -40.0, -3.5, -1.0, -0.3, -1e-9, 0.0, 1e-12, 0.2, 0.5, 0.7, 1.0, 2.4, 2.5, 11.0, 300.0,
        ] {
            close(expression, x, at(expression, x), function(x));
        }
    }
    let inside: [(&str, Function); 3] = [
        ("asin(x)", f64::asin),
        ("acos(x)", f64::acos),
        ("atanh(x)", f64::atanh),
    ];
    for (expression, function) in inside {
        for x in [-0.9, -0.5, -1e-8, 0.0, 0.3, 0.9] {
            close(expression, x, at(expression, x), function(x));
        }
    }
    for x in [1.0, 1.5, 20.0, 1e6] {
        close("acosh(x)", x, at("acosh(x)", x), f64::acosh(x));
    }
    // By its series in y = x - 1 where the platform's loses digits: sqrt(2y) (1 - y/12 + ...).
    let x = 1.0 + 1e-9_f64;
    let y = x - 1.0;
    close(
        "acosh(x)",
        x,
        at("acosh(x)", x),
        (2.0 * y).sqrt() * (1.0 - y / 12.0),
    );
    assert_eq!(at("atan(x)", f64::INFINITY), std::f64::consts::FRAC_PI_2);
    assert_eq!(at("asin(x)", 1.0), std::f64::consts::FRAC_PI_2);
    assert_eq!(at("acos(x)", -1.0), std::f64::consts::PI);
}

trait Reference {
    fn exp_as_reference(self) -> f64;
}

impl Reference for f64 {
    #[allow(clippy::disallowed_methods)]
    fn exp_as_reference(self) -> f64 {
        self.exp()
    }
}

fn close(expression: &str, x: f64, found: f64, expected: f64) {
    let tolerance = 4e-15 * expected.abs().max(1e-300);
    assert!(
        (found - expected).abs() <= tolerance,
        "{expression} at {x}: {found}, expected {expected}"
    );
}

#[test]
fn tabled_values() {
    let cases: [(&str, f64, f64); 50] = [
        // Closed forms for whole shapes: 1 - e^-3 (1 + 3) and so on.
        ("gammap(x, 3)", 2.0, 0.800_851_726_528_544_2),
        ("gammaq(x, 3)", 2.0, 0.199_148_273_471_455_78),
        ("lowergamma(x, 3)", 3.0, 1.153_619_837_746_313),
        ("uppergamma(x, 3)", 3.0, 0.846_380_162_253_687),
        ("gammapDer(x, 3)", 2.0, 0.149_361_205_103_591_83),
        // pi^2/6, pi^2/2, and by the recurrence pi^2/2 + 4 left of 0.
        ("trigamma(x)", 1.0, 1.644_934_066_848_226_4),
        ("trigamma(x)", 0.5, 4.934_802_200_544_679),
        ("trigamma(x)", -0.5, 8.934_802_200_544_679),
        ("loggamma(x)", 5.0, 3.178_053_830_347_945_8),
        // Exact, and with the sign of the dividend as C has it.
        ("x %% 2", 7.5, 1.5),
        ("x %% 2", -7.5, -1.5),
        ("2*x %% 4", 7.0, 6.0),
        ("-x %% 4", 7.0, -3.0),
        ("logspace_add(x, 0)", 0.0, std::f64::consts::LN_2),
        ("logspace_sub(x, 0)", std::f64::consts::LN_2, 0.0),
        ("fsign(x, -2)", 3.0, -3.0),
        ("invLogit(x, 2, 6)", 0.0, 4.0),
        // Factorials and exact values of the gamma function: Gamma(1/2) = sqrt(pi), Gamma(-1/2) = -2 sqrt(pi).
        ("gamma(x)", 5.0, 24.0),
        ("gammafn(x)", 0.5, 1.772_453_850_905_516),
        ("tgamma(x)", -0.5, -3.544_907_701_811_032),
        ("gamma(x)", -1.5, 2.363_271_801_207_355),
        ("gamma(x)", -2.5, -0.945_308_720_482_941_9),
        ("factorial(x)", 4.0, 24.0),
        ("lfactorial(x)", 4.0, 3.178_053_830_347_945_8),
        ("lgamma1p(x)", 4.0, 3.178_053_830_347_945_8),
        ("lgamma(x)", 5.0, 3.178_053_830_347_945_8),
        ("lbeta(x, 3)", 2.0, -2.484_906_649_788_000_4),
        ("beta(x, 3)", 2.0, 1.0 / 12.0),
        ("lchoose(x, 2)", 5.0, std::f64::consts::LN_10),
        ("choose(x, 2)", 5.0, 10.0),
        // Standard normal: quantiles of 0.975 and 0.9.
        ("phi(x)", 1.959_963_984_540_054, 0.975),
        ("pnorm(x)", 1.281_551_565_544_600_4, 0.9),
        ("pnorm(x, 1)", 1.0, 0.5),
        ("pnorm(x, 1, 2)", 1.0 + 2.0 * 1.959_963_984_540_054, 0.975),
        ("probitInv(x, 10, 20)", 0.0, 15.0),
        ("erf(x)", 0.5, 0.520_499_877_813_046_5),
        ("erfc(x)", 0.5, 0.479_500_122_186_953_5),
        ("erfc(x)", 5.0, 1.537_459_794_428_035e-12),
        ("logit(x)", 0.5, 0.0),
        ("logit(x, 10)", 5.0, 0.223_143_551_314_209_76),
        ("logit(x, 0, 60)", 15.0, -1.098_612_288_668_109_8),
        ("expit(x, 0, 60)", 0.0, 30.0),
        ("expit(x, -1)", 0.0, 0.0),
        ("pow(x, 3)", 2.0, 8.0),
        ("x ** 3", 2.0, 8.0),
        ("min(x, 2, 3) + max(x, 0.5, 7)", 1.0, 8.0),
        ("sum(x, 2, 3)*prod(x, 2)", 1.0, 12.0),
        ("ifelse(x > 1, 2, 3)", 1.0, 3.0),
        ("-x^2", 3.0, -9.0),
        ("2^x^2 - 2^-x", 2.0, 15.75),
    ];
    for (expression, x, expected) in cases {
        let found = at(expression, x);
        let tolerance = 1e-13 * expected.abs().max(1e-2) * if expected.abs() < 1e-6 { 1e-9 } else { 1.0 };
        let tolerance = tolerance.max(if expected == 0.0 { 1e-15 } else { 0.0 });
        assert!(
            (found - expected).abs() <= tolerance,
            "{expression} at {x}: {found}, expected {expected}"
        );
    }
}

#[test]
fn slopes_of_functions_without_an_operation_of_their_own() {
    // Abramowitz and Stegun 6.3.2 and table 6.1; at -0.5 by 6.3.5 from digamma(0.5) = -gamma - 2 ln 2.
    for (x, expected) in [
        (1.0, -0.577_215_664_901_532_9),
        (10.0, 2.251_752_589_066_721),
        (-0.5, 0.036_489_973_978_576_52),
    ] {
        let model = blocks("one <- 1", "d/dt(x) <- one*lgamma(x)");
        let program = compile(&model, &CompileOptions::default()).unwrap();
        let (jacobian, _) = Interpreter::new(&program).jacobian(0.0, &[x]);
        assert!(
            (jacobian[0][0] - expected).abs() < 1e-10,
            "{x}: {}",
            jacobian[0][0]
        );
    }
}

#[test]
fn operators_and_truth() {
    for (expression, expected) in [
        ("(x == 2) + (x != 2)*10", 1.0),
        ("(x < 2) + (x <= 2)*10 + (x > 2)*100 + (x >= 2)*1000", 1010.0),
        ("!x + !(x - 2)", 0.0),
        ("(x && 0) + (x || 0)*10 + (0 || 0)*100 + (x & 1)*1000", 1010.0),
        ("!x == 0", 1.0),
        ("x - 1 - 1", 0.0),
        ("x / 2 / 2", 0.5),
        ("-x + +x", 0.0),
        ("TRUE + FALSE", 1.0),
        ("t + time", 0.0),
    ] {
        assert_eq!(at(expression, 2.0), expected, "{expression}");
    }
}

#[test]
#[allow(
    clippy::unreadable_literal,
    clippy::approx_constant,
    clippy::excessive_precision
)]
fn functions_put_together_from_operations() {
    // By mpmath 1.3.0 with 40 digits.
    let cases: &[(&str, f64, f64)] = &[
        ("probit(x)", 1e-200, -30.20559417957964),
        ("probit(x)", 1e-12, -7.034483825301132),
        ("probit(x)", 0.01, -2.326347874040841),
        ("probit(x)", 0.074, -1.4466320671589785),
        ("probit(x)", 0.2, -0.8416212335729142),
        ("probit(x)", 0.5, 0.0),
        ("probit(x)", 0.6, 0.2533471031357997),
        ("probit(x)", 0.93, 1.475791028179171),
        ("probit(x)", 0.975, 1.9599639845400538),
        ("probit(x)", 0.9999, 3.7190164854557084),
        ("qnorm(x, 10, 2)", 0.1, 7.436896868910799),
        ("qnorm(x, 10)", 0.1, 8.7184484344554),
        ("probit(x, 10, 60)", 22.0, -0.7063025628400874),
        ("probit(x, -1)", 0.5, 0.6744897501960817),
        ("digamma(x)", -3.3, 3.620353460592126),
        ("digamma(x)", -0.5, 0.03648997397857652),
        ("digamma(x)", 0.001, -1000.5755719318103),
        ("digamma(x)", 0.5, -1.9635100260214235),
        ("digamma(x)", 1.0, -0.5772156649015329),
        ("digamma(x)", 2.5, 0.7031566406452432),
        ("digamma(x)", 10.0, 2.251752589066721),
        ("digamma(x)", 100000.0, 11.512920464961896),
        ("log1pexp(x)", -800.0, 0.0),
        ("log1pexp(x)", -40.0, 4.248354255291589e-18),
        ("log1pexp(x)", -1.0, 0.3132616875182228),
        ("log1pexp(x)", 0.0, 0.6931471805599453),
        ("log1pexp(x)", 0.3, 0.8543552444685271),
        ("log1pexp(x)", 50.0, 50.0),
        ("log1pexp(x)", 800.0, 800.0),
        ("atan2(x, 2)", -2.0, -0.7853981633974483),
        ("atan2(x, -2)", -2.0, -2.356194490192345),
        ("atan2(2, x)", -2.0, 2.356194490192345),
        ("atan2(-2, x)", -2.0, -2.356194490192345),
        ("atan2(x, 2)", -0.001, -0.0004999999583333395),
        ("atan2(x, -2)", -0.001, -3.14109265363146),
        ("atan2(2, x)", -0.001, 1.57129632675323),
        ("atan2(-2, x)", -0.001, -1.57129632675323),
        ("atan2(x, 2)", 0.5, 0.24497866312686414),
        ("atan2(x, -2)", 0.5, 2.896613990462929),
        ("atan2(2, x)", 0.5, 1.3258176636680326),
        ("atan2(-2, x)", 0.5, -1.3258176636680326),
        ("atan2(x, 2)", 1000000000.0, 1.5707963247948966),
        ("atan2(x, -2)", 1000000000.0, 1.5707963287948967),
        ("atan2(2, x)", 1000000000.0, 2e-09),
        ("atan2(-2, x)", 1000000000.0, -2e-09),
        ("atan2(x, 0)", 0.0, 0.0),
        ("atan2(x, 0)", 3.0, 1.5707963267948966),
        ("atan2(x, 0)", -3.0, -1.5707963267948966),
        ("atan2(0, x)", -3.0, 3.141592653589793),
        ("atan2(0, x)", 3.0, 0.0),
        ("abs0(x)", -2.5, 2.5),
        ("ReLU(x)", -2.5, 0.0),
        ("lReLU(x)", -2.5, -0.025),
        ("PReLU(x, 0.3)", -2.5, -0.75),
        ("ELU(x, 0.7)", -2.5, -0.6425405009632708),
        ("Swish(x)", -2.5, -0.18964545005310887),
        ("GELU(x)", -2.5, -0.015524163314440337),
        ("softplus(x)", -2.5, 0.07888973429254963),
        ("abs0(x)", 0.0, 0.0),
        ("ReLU(x)", 0.0, 0.0),
        ("lReLU(x)", 0.0, 0.0),
        ("PReLU(x, 0.3)", 0.0, 0.0),
        ("ELU(x, 0.7)", 0.0, 0.0),
        ("Swish(x)", 0.0, 0.0),
        ("GELU(x)", 0.0, 0.0),
        ("softplus(x)", 0.0, 0.6931471805599453),
        ("abs0(x)", 3.0, 3.0),
        ("ReLU(x)", 3.0, 3.0),
        ("lReLU(x)", 3.0, 3.0),
        ("PReLU(x, 0.3)", 3.0, 3.0),
        ("ELU(x, 0.7)", 3.0, 3.0),
        ("Swish(x)", 3.0, 2.8577223804672998),
        ("GELU(x)", 3.0, 2.99595030590511),
        ("softplus(x)", 3.0, 3.048587351573742),
    ];
    for &(expression, x, expected) in cases {
        let found = at(expression, x);
        let tolerance = 2e-14 * expected.abs().max(if expected == 0.0 { 1.0 } else { 1e-300 });
        assert!(
            (found - expected).abs() <= tolerance,
            "{expression} at {x}: {found}, expected {expected}"
        );
    }
    assert_eq!(at("probit(x)", 0.0), f64::NEG_INFINITY);
    assert_eq!(at("probit(x)", 1.0), f64::INFINITY);
    assert!(at("probit(x)", 1.5).is_nan() && at("probit(x)", -0.5).is_nan());
}

#[test]
fn questions_whether_a_value_is_a_number() {
    for (expression, [number, infinite, missing]) in [
        ("is.nan(x)", [0.0, 0.0, 1.0]),
        ("is.na(x)", [0.0, 0.0, 1.0]),
        ("is.finite(x)", [1.0, 0.0, 0.0]),
        ("is.infinite(x)", [0.0, 1.0, 0.0]),
    ] {
        assert_eq!(at(expression, 3.0), number, "{expression}");
        assert_eq!(at(expression, f64::NEG_INFINITY), infinite, "{expression}");
        assert_eq!(at(expression, f64::NAN), missing, "{expression}");
    }
}

#[test]
fn names_of_numbers() {
    use std::f64::consts;
    // Rmath.h: each by what its name says.
    for (name, expected) in [
        ("M_E", consts::E),
        ("M_LN2", consts::LN_2),
        ("M_2PI", consts::TAU),
        ("M_SQRT_3", 3_f64.sqrt()),
        ("M_SQRT_32", 32_f64.sqrt()),
        ("M_SQRT_PI", consts::PI.sqrt()),
        ("M_1_SQRT_2PI", 1.0 / consts::TAU.sqrt()),
        ("M_SQRT_2dPI", (2.0 / consts::PI).sqrt()),
        ("exp(2*M_LN_SQRT_PI)", consts::PI),
        ("exp(2*M_LN_SQRT_2PI)", consts::TAU),
        ("exp(2*M_LN_SQRT_PId2)", consts::FRAC_PI_2),
    ] {
        let found = at(&format!("x*{name}"), 1.0);
        assert!((found - expected).abs() <= 1e-15 * expected, "{name}: {found}");
    }
}

#[test]
fn slopes_of_the_incomplete_gamma_function_and_of_the_remainder() {
    for (expression, x) in [
        ("gammap(2.5, x)", 1.3),
        ("gammaq(2.5, x)", 4.0),
        ("gammap(x, 2)", 1.3),
        ("gammaq(x, 2)", 4.0),
        ("lowergamma(x, x^2)", 1.4),
        ("5*x %% 2", 0.5),
        ("7 %% x", 1.9),
    ] {
        let model = blocks("one <- 1", &format!("d/dt(x) <- one*({expression})"));
        let program = compile(&model, &CompileOptions::default()).unwrap();
        let mut subject = Interpreter::new(&program);
        let (jacobian, _) = subject.jacobian(0.0, &[x]);
        let step = 1e-4;
        let mut value = |steps: f64| subject.derivatives(0.0, &[x + steps * step])[0];
        // Fourth order: the error is the rounding of the difference.
        let difference = (8.0 * (value(1.0) - value(-1.0)) - (value(2.0) - value(-2.0))) / (12.0 * step);
        assert!(
            (jacobian[0][0] - difference).abs() < 1e-10 * (1.0 + difference.abs()),
            "{expression}: {} and {difference}",
            jacobian[0][0]
        );
    }
}
