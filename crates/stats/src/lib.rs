//! Densities, special functions, quantiles and keyed random streams.
