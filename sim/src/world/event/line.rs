//! Connections that faults strike.

use super::plan::Pair;
use super::wire::{Item, State};
use super::{Actor, Engine};
use crate::fault::{Cut, How, Line, Slow, Stall};
use crate::trace::{Fate, Record};

impl<N: Actor> Engine<'_, '_, N> {
    /// The connection that `line` means, if it is there now.
    fn find(&self, line: &Line) -> Option<u32> {
        let pair = Pair::of(line, &self.log.trace.cast)?;
        let found = self
            .wires
            .iter()
            .position(|wire| wire.ends.iter().any(|end| end.state != State::Closed) && wire.pair() == pair);
        found.map(|index| index as u32)
    }

    /// Notes that a fault strikes a connection.
    fn strike_line(&mut self, fault: u32, index: u32) {
        self.plan.strike(fault);
        let connection = Self::connection(index);
        self.log.record(self.now, Record::Fault { fault, message: None, connection });
    }

    /// One end of a connection reads nothing for a while.
    pub(super) fn stall(&mut self, fault: u32, stall: &Stall) {
        let Some(index) = self.find(&stall.line) else { return };
        let Some(reader) = self.log.trace.cast.find(&stall.towards) else { return };
        self.strike_line(fault, index);
        let until = self.now + stall.lasts;
        let Some(wire) = self.wires.get_mut(index as usize) else { return };
        let sides = wire.ends.iter().position(|end| end.node != reader);
        let Some((side, way)) = sides.and_then(|side| Some((side, wire.ways.get_mut(side)?))) else { return };
        let due = way.stall(until);
        self.queue_head(index, side, due);
    }

    /// A connection is slow for a while.
    pub(super) fn slow(&mut self, fault: u32, slow: &Slow) {
        let Some(index) = self.find(&slow.line) else { return };
        self.strike_line(fault, index);
        let until = self.now + slow.lasts;
        if let Some(wire) = self.wires.get_mut(index as usize) {
            wire.slow = Some((until, slow.by));
        }
    }

    /// A fault strikes by the clock: the connection it is for, if there is one now, is cut.
    pub(super) fn cut_by_clock(&mut self, fault: u32, cut: &Cut) {
        if let Some(index) = self.find(&cut.line) {
            self.cut(index, fault, cut.how);
        }
    }

    /// Cuts a connection.
    pub(super) fn cut(&mut self, index: u32, fault: u32, how: How) {
        self.strike_line(fault, index);
        for side in [0, 1] {
            let Some(way) = self.wires.get_mut(index as usize).and_then(|wire| wire.ways.get_mut(side))
            else {
                return;
            };
            way.severed = Some(fault);
            if how != How::Fin {
                for id in way.clear() {
                    self.log.record(self.now, Record::Lost { id, fate: Fate::Fault(fault) });
                }
            }
            if how != How::Silence {
                self.signal(index, side, Item::End);
            }
        }
    }
}
