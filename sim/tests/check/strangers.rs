//! Captures that tell nothing but packets.

use confsim::check::{Missing, check};
use confsim::property::Need;
use confsim::scenario::{NAMED, named};
use confsim::trace::Keep;
use confsim::view::pcapng;
use confsim::world::event::run;

use super::captures::{Packet, of_client, packets, pcap};

fn captured(name: &str) -> Vec<Packet> {
    let scenario = named(name).unwrap().scenario().unwrap();
    let trace = run(&scenario, 1, Keep::All, &mut []).trace;
    packets(&pcapng::write(&scenario, &trace, Some(1)))
}

#[test]
fn scratch() {
    for named in NAMED {
        if !named.scenario().unwrap().faults.is_empty() {
            continue;
        }
        let all = captured(named.name);
        let outside: Vec<Packet> = captured(named.name).into_iter().filter(of_client).collect();
        for (what, packets) in [("all", all), ("outside", outside)] {
            let checked = check(&pcap(&packets)).unwrap();
            let ex: Vec<&str> =
                checked.verdict.tallies().iter().filter(|t| t.exercised > 0).map(|t| t.property.id).collect();
            println!("{} {what}: {} {:?} {ex:?}", named.name, checked.title, checked.messages);
            for v in checked.verdict.violations().iter().take(3) {
                println!("    {v}");
            }
        }
    }
}
