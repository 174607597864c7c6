//! A plain executor of tapes, one number at a time: the reference for what a tape means.
//!
//! The engine executes the same instructions over lanes; the bits agree.

use euthymia_stats::gamma;
use euthymia_vecmath::scalar;

use crate::program::{HistoryKind, Program};
use crate::tape::{Op, Tape};

/// The value of one operation. Operands beyond the arity are not looked at.
#[must_use]
pub fn evaluate(op: Op, a: f64, b: f64, c: f64) -> f64 {
    let truth = |condition: bool| if condition { 1.0 } else { 0.0 };
    match op {
        Op::Copy => a,
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Neg => -a,
        Op::MulAdd => a * b + c,
        Op::MulSub => c - a * b,
        Op::Exp => scalar::exp(a),
        Op::Ln => scalar::ln(a),
        Op::Log10 => scalar::log10(a),
        Op::Log2 => scalar::log2(a),
        Op::Log1p => scalar::ln_1p(a),
        Op::Expm1 => scalar::exp_m1(a),
        Op::Pow => scalar::pow(a, b),
        Op::Sqrt => a.sqrt(),
        Op::Abs => a.abs(),
        Op::Min => {
            if a < b || a.is_nan() {
                a
            } else {
                b
            }
        }
        Op::Max => {
            if a > b || a.is_nan() {
                a
            } else {
                b
            }
        }
        Op::Floor => a.floor(),
        Op::Ceil => a.ceil(),
        Op::Round => a.round(),
        Op::Remainder => a % b,
        Op::GammaLower => gamma::cdf_and_complement(a, b).0,
        Op::GammaUpper => gamma::cdf_and_complement(a, b).1,
        Op::Sin => scalar::sin(a),
        Op::Cos => scalar::cos(a),
        Op::Tan => scalar::tan(a),
        Op::Tanh => scalar::tanh(a),
        Op::Phi => scalar::phi(a),
        Op::Erf => scalar::erf(a),
        Op::LogGamma => scalar::log_gamma(a),
        Op::NonZero => {
            if a == 0.0 {
                f64::EPSILON
            } else {
                a
            }
        }
        Op::AboveZero => {
            if a <= 0.0 {
                f64::EPSILON
            } else {
                a
            }
        }
        Op::PowerBase => {
            if a == 0.0 && b < 0.0 {
                f64::EPSILON
            } else {
                a
            }
        }
        Op::Less => truth(a < b),
        Op::LessEqual => truth(a <= b),
        Op::Equal => truth(a == b),
        Op::NotEqual => truth(a != b),
        Op::And => truth(a != 0.0 && b != 0.0),
        Op::Or => truth(a != 0.0 || b != 0.0),
        Op::Not => truth(a == 0.0),
        Op::Select => {
            if a != 0.0 {
                b
            } else {
                c
            }
        }
    }
}

/// Runs a tape over a register file.
///
/// `registers` must have the length the program of the tape asks for; an instruction that points beyond it is
/// skipped on writing and reads NaN.
pub fn execute(tape: &Tape, registers: &mut [f64]) {
    for instruction in &tape.instructions {
        let read = |register: u16| registers.get(usize::from(register)).copied().unwrap_or(f64::NAN);
        let value = evaluate(
            instruction.op,
            read(instruction.a),
            read(instruction.b),
            read(instruction.c),
        );
        if let Some(slot) = registers.get_mut(usize::from(instruction.destination)) {
            *slot = value;
        }
    }
}

/// One subject of a program: its register file, filled layer by layer.
#[derive(Clone, Debug)]
pub struct Interpreter<'p> {
    program: &'p Program,
    registers: Vec<f64>,
}

impl<'p> Interpreter<'p> {
    /// A subject with the default inputs; an input without a default is NaN until [`Self::set_input`].
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        let mut registers = vec![0.0; program.registers];
        for &(register, value) in &program.constants {
            registers[usize::from(register)] = value;
        }
        for input in &program.inputs {
            registers[usize::from(input.register)] = input.default.unwrap_or(f64::NAN);
        }
        for value in &program.history {
            registers[usize::from(value.register)] = value.kind.at_first();
        }
        let mut interpreter = Self { program, registers };
        interpreter.prepare();
        interpreter
    }

    /// Gives an input another value and computes anew what depends on it. False if there is no such input.
    pub fn set_input(&mut self, name: &str, value: f64) -> bool {
        let Some(input) = self.program.inputs.iter().find(|input| input.name == name) else {
            return false;
        };
        self.registers[usize::from(input.register)] = value;
        self.prepare();
        true
    }

    /// Says what is known of the doses into a state, or of all doses. Nothing happens if the program does not ask.
    pub fn set_history(&mut self, kind: HistoryKind, compartment: Option<u16>, value: f64) {
        for asked in &self.program.history {
            if asked.kind == kind && asked.compartment == compartment {
                self.registers[usize::from(asked.register)] = value;
            }
        }
    }

    fn prepare(&mut self) {
        execute(&self.program.run, &mut self.registers);
        execute(&self.program.subject, &mut self.registers);
    }

    /// The value a register holds now.
    #[must_use]
    pub fn register(&self, register: u16) -> f64 {
        self.registers[usize::from(register)]
    }

    /// Values of the states at the start of the course.
    #[must_use]
    pub fn initial(&self) -> Vec<f64> {
        let value = |initial: Option<u16>| initial.map_or(0.0, |register| self.register(register));
        self.program
            .states
            .iter()
            .map(|state| value(state.initial))
            .collect()
    }

    fn set_point(&mut self, time: f64, states: &[f64]) {
        self.registers[usize::from(self.program.time)] = time;
        for (state, &value) in self.program.states.iter().zip(states) {
            self.registers[usize::from(state.register)] = value;
        }
    }

    /// Derivatives of the states, in their order.
    pub fn derivatives(&mut self, time: f64, states: &[f64]) -> Vec<f64> {
        self.set_point(time, states);
        execute(&self.program.derivatives, &mut self.registers);
        self.program
            .states
            .iter()
            .map(|state| self.register(state.derivative))
            .collect()
    }

    /// The Jacobian by rows (`jacobian[row][column]`), and the derivatives' explicit dependence on time.
    pub fn jacobian(&mut self, time: f64, states: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
        self.set_point(time, states);
        execute(&self.program.jacobian, &mut self.registers);
        let size = self.program.states.len();
        let mut jacobian = vec![vec![0.0; size]; size];
        for entry in &self.program.jacobian_entries {
            jacobian[usize::from(entry.row)][usize::from(entry.column)] = self.register(entry.register);
        }
        let mut by_time = vec![0.0; size];
        for &(row, register) in &self.program.time_derivatives {
            by_time[usize::from(row)] = self.register(register);
        }
        (jacobian, by_time)
    }

    /// Reported variables, in the order of [`Program::outputs_reported`].
    pub fn outputs(&mut self, time: f64, states: &[f64]) -> Vec<f64> {
        self.set_point(time, states);
        execute(&self.program.outputs, &mut self.registers);
        self.program
            .outputs_reported
            .iter()
            .map(|output| self.register(output.register))
            .collect()
    }
}
