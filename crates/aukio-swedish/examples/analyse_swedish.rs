//! Prints what words can be read as: `cargo run --example analyse_swedish -- böckerna skolvägen`.

fn main() {
    for word in std::env::args().skip(1) {
        let readings = aukio_swedish::analyze(&word);
        let guess = if readings.iter().any(|reading| reading.known) { "" } else { " (guessed)" };
        println!("{word}: {}{guess}; parts: {}", readings.lemmas().join(", "), readings.parts().join(", "));
    }
}
