//! The only crate that opens a file: TOML, CSV, Parquet, the library, manifests.
