//! exp, ln, pow and friends over lanes: the same bits on every machine.
