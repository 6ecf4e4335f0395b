//! One rig, several inputs: changing from one to the other never moves anything by itself, and every stop counts.

use arms::SafetyConfig;
use teleop::{DirectGoals, InputSwitch, KeyBoard, State, Teleoperator, direct, keyboard, switch};

use crate::bench::{Bench, ms};

struct Hands {
    bench: Bench,
    keys: KeyBoard,
    sliders: DirectGoals,
    inputs: InputSwitch,
}

fn driving() -> Hands {
    let mut ends = None;
    let bench = Bench::driving(120.0, 1, None, |clock| {
        let (keys, by_keys) = keyboard(&SafetyConfig::default(), clock.shared());
        let (sliders, by_sliders) = direct();
        let both: Vec<Box<dyn Teleoperator>> = vec![Box::new(by_keys), Box::new(by_sliders)];
        let (inputs, teleoperator) = switch(both).expect("two inputs");
        ends = Some((keys, sliders, inputs));
        Box::new(teleoperator) as Box<dyn Teleoperator>
    });
    let (keys, sliders, inputs) = ends.expect("the ends");
    Hands {
        bench,
        keys,
        sliders,
        inputs,
    }
}

impl Hands {
    fn goals(&mut self) -> Vec<f64> {
        self.bench.turn();
        let steps = self.bench.take_steps();
        steps.last().expect("a step").action.as_slice().to_vec()
    }

    fn change_to(&mut self, input: usize) {
        self.bench.controls.hold();
        self.bench.turn_for(ms(50));
        assert!(self.inputs.choose(input));
        self.bench.controls.resume();
        self.bench.turn_for(ms(50));
    }
}

#[test]
fn nothing_moves_by_changing_the_input() {
    let mut hands = driving();
    let before = hands.goals();
    // Set while another input drives: void when this one begins.
    hands.sliders.move_joint(0, 40.0);
    hands.change_to(1);
    hands.bench.turn_for(ms(500));
    assert_eq!(hands.goals(), before);
    hands.sliders.move_joint(0, before[0] + 10.0);
    hands.bench.turn_for(ms(1500));
    let moved = hands.goals();
    assert!((moved[0] - before[0] - 10.0).abs() < 0.5, "{moved:?}");
    hands.change_to(0);
    hands.bench.turn_for(ms(500));
    assert_eq!(hands.goals(), moved);
}

#[test]
fn a_choice_waits_until_driving_begins_again() {
    let mut hands = driving();
    let before = hands.goals();
    assert!(hands.inputs.choose(1));
    hands.sliders.move_joint(0, before[0] + 10.0);
    hands.bench.turn_for(ms(500));
    assert_eq!(hands.goals(), before);
    assert!(!hands.inputs.choose(2));
    assert_eq!(hands.inputs.chosen(), 1);
}

#[test]
fn a_stop_key_counts_while_sliders_drive() {
    let mut hands = driving();
    hands.change_to(1);
    hands.keys.press(" ");
    hands.bench.turn_for(ms(50));
    assert_eq!(hands.bench.status().state, State::Stopped);
}
