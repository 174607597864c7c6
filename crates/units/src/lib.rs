//! Dimensions and units at run time: parse, convert, compare.
