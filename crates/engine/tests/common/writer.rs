//! Small programs written by hand.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use euthymia_model::program::{Input, InputKind, JacobianEntry, Output, Program, Scope, State};
use euthymia_model::tape::{Instruction, Op, Register, Tape};

/// Which tape an instruction goes to.
#[derive(Clone, Copy)]
pub enum Layer {
    Subject,
    Derivatives,
    Jacobian,
    Outputs,
}

/// Writes a program instruction by instruction.
pub struct Writer {
    program: Program,
}

impl Writer {
    pub fn new() -> Self {
        let empty = Program {
            registers: 1,
            constants: vec![],
            inputs: vec![],
            time: 0,
            history: vec![],
            stops: vec![],
            states: vec![],
            outputs_reported: vec![],
            run: Tape::default(),
            subject: Tape::default(),
            derivatives: Tape::default(),
            jacobian: Tape::default(),
            jacobian_entries: vec![],
            time_derivatives: vec![],
            outputs: Tape::default(),
        };
        Self { program: empty }
    }

    fn register(&mut self) -> Register {
        self.program.registers += 1;
        u16::try_from(self.program.registers - 1).unwrap()
    }

    pub fn constant(&mut self, value: f64) -> Register {
        let register = self.register();
        self.program.constants.push((register, value));
        register
    }

    pub fn input(&mut self, name: &str, default: Option<f64>) -> Register {
        let register = self.register();
        self.program.inputs.push(Input {
            name: name.into(),
            kind: InputKind::Covariate,
            register,
            default,
            scope: Scope::Subject,
        });
        register
    }

    /// A state; its derivative register is written by `derivative`.
    pub fn state(&mut self, name: &str) -> Register {
        let (register, derivative) = (self.register(), self.register());
        self.program.states.push(State {
            name: name.into(),
            register,
            derivative,
            initial: None,
            bioavailability: None,
            lag: None,
            duration: None,
            rate: None,
        });
        register
    }

    pub fn emit(&mut self, layer: Layer, op: Op, operands: &[Register]) -> Register {
        let destination = self.register();
        let of = |place: usize| operands.get(place).copied().unwrap_or(0);
        let instruction = Instruction {
            op,
            destination,
            a: of(0),
            b: of(1),
            c: of(2),
        };
        let program = &mut self.program;
        let tape = match layer {
            Layer::Subject => &mut program.subject,
            Layer::Derivatives => &mut program.derivatives,
            Layer::Jacobian => &mut program.jacobian,
            Layer::Outputs => &mut program.outputs,
        };
        tape.instructions.push(instruction);
        destination
    }

    pub fn derivative(&mut self, state: usize, value: Register) {
        self.program.states[state].derivative = value;
    }

    pub fn entry(&mut self, row: u16, column: u16, register: Register) {
        self.program.jacobian_entries.push(JacobianEntry {
            row,
            column,
            register,
        });
        self.program
            .jacobian_entries
            .sort_by_key(|entry| (entry.row, entry.column));
    }

    pub fn time(&self) -> Register {
        self.program.time
    }

    pub fn time_derivative(&mut self, state: u16, register: Register) {
        self.program.time_derivatives.push((state, register));
    }

    pub fn output(&mut self, name: &str, register: Register) {
        self.program.outputs_reported.push(Output {
            name: name.into(),
            register,
        });
    }

    /// The program; its Jacobian tape leaves the derivatives too.
    pub fn finish(mut self) -> Program {
        self.program
            .jacobian
            .instructions
            .extend_from_slice(&self.program.derivatives.instructions);
        self.program
    }
}

/// A linear model: amounts, with a first-order rate for every (from, to); to = `states` is out of the system. The rates
/// are inputs named `from>to`.
pub fn linear(states: usize, rates: &[(usize, usize)]) -> Program {
    let mut w = Writer::new();
    let amounts: Vec<Register> = (0..states).map(|i| w.state(&format!("a{i}"))).collect();
    let rate: Vec<Register> = rates
        .iter()
        .map(|(from, to)| w.input(&format!("{from}>{to}"), None))
        .collect();
    let zero = w.constant(0.0);
    for row in 0..states {
        let (mut slope, mut loss) = (zero, zero);
        for (&(from, to), &k) in rates.iter().zip(&rate) {
            if to == row {
                slope = w.emit(Layer::Derivatives, Op::MulAdd, &[k, amounts[from], slope]);
                w.entry(row as u16, from as u16, k);
            } else if from == row {
                slope = w.emit(Layer::Derivatives, Op::MulSub, &[k, amounts[from], slope]);
                loss = w.emit(Layer::Subject, Op::Sub, &[loss, k]);
            }
        }
        w.derivative(row, slope);
        w.entry(row as u16, row as u16, loss);
    }
    w.finish()
}
