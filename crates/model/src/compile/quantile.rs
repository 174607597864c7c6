//! Quantiles of the standard normal as operations.
//!
//! Source: Wichura (1988), algorithm AS 241, PPND16, doi:10.2307/2347330.

use super::graph::{Graph, NodeId};
use super::special::{below, from, plus, polynomial};
use crate::tape::Op;

/// The z with `phi(z) = p`: minus infinity at 0, infinity at 1, NaN outside.
pub(crate) fn standard_normal(graph: &mut Graph, p: NodeId) -> NodeId {
    let offset = plus(graph, p, -0.5);
    let size = graph.unary(Op::Abs, offset);
    let square = graph.mul(offset, offset);
    let near = from(graph, 0.180_625, square);
    let center = ratio(graph, near, &CENTER);
    let center = graph.mul(offset, center);
    let other = from(graph, 1.0, p);
    let left = below(graph, offset, 0.0);
    let tail = graph.select(left, p, other);
    let log = graph.unary(Op::Ln, tail);
    let negative = graph.neg(log);
    let depth = graph.unary(Op::Sqrt, negative);
    let (middle, far) = (plus(graph, depth, -1.6), plus(graph, depth, -5.0));
    let (middle, far) = (ratio(graph, middle, &MIDDLE), ratio(graph, far, &FAR));
    let limit = graph.constant(5.0);
    let is_middle = graph.binary(Op::LessEqual, depth, limit);
    let z = graph.select(is_middle, middle, far);
    let (zero, infinity) = (graph.constant(0.0), graph.constant(f64::INFINITY));
    let is_end = graph.binary(Op::Equal, tail, zero);
    let z = graph.select(is_end, infinity, z);
    let mirrored = graph.neg(z);
    let outer = graph.select(left, mirrored, z);
    let limit = graph.constant(0.425);
    let is_center = graph.binary(Op::LessEqual, size, limit);
    graph.select(is_center, center, outer)
}

/// Coefficients of numerator and denominator, constant terms first.
type Rational = [[f64; 8]; 2];

fn ratio(graph: &mut Graph, r: NodeId, coefficients: &Rational) -> NodeId {
    let [numerator, denominator] = coefficients.map(|mut coefficients| {
        coefficients.reverse();
        polynomial(graph, r, &coefficients)
    });
    graph.div(numerator, denominator)
}

const CENTER: Rational = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

const MIDDLE: Rational = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_8e-9,
    ],
];

const FAR: Rational = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_94e-15,
    ],
];
