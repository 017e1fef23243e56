//! What the factory has acknowledged: the tables that each organizer's conferences may make by what it has heard and
//! answered. There are several while it is open whether it has done what it never answered.

use std::collections::BTreeMap;

use super::table::Table;

/// Most tables that are kept in mind for one organizer while it is open which one there is.
const TABLES_MAX: usize = 64;

/// The tables that there may be, by organizer; none when the factory's answers make no sense any more.
#[derive(Default)]
pub(super) struct Acknowledged(BTreeMap<String, Vec<Table>>);

impl Acknowledged {
    /// Whether something is known of the conferences of `organizer`.
    pub(super) fn knows(&self, organizer: &str) -> bool {
        self.0.get(organizer).is_none_or(|tables| !tables.is_empty())
    }

    /// The factory may have taken this step or not.
    pub(super) fn perhaps(&mut self, organizer: String, step: impl Fn(&Table) -> Option<Table>) {
        let mut tables = self.tables(&organizer);
        let after: Vec<Table> = tables.iter().filter_map(step).collect();
        tables.extend(after);
        self.remember(organizer, tables);
    }

    /// The factory has taken this step. If it cannot have, what was acknowledged before.
    pub(super) fn certainly(
        &mut self,
        organizer: String,
        step: impl Fn(&Table) -> Option<Table>,
    ) -> Result<(), String> {
        let tables = self.tables(&organizer);
        let after: Vec<Table> = tables.iter().filter_map(step).collect();
        let fits = !after.is_empty();
        self.remember(organizer, after);
        if fits { Ok(()) } else { Err(tables.first().map(describe).unwrap_or_default()) }
    }

    /// What may be in the table of an organizer; at first nothing.
    fn tables(&self, organizer: &str) -> Vec<Table> {
        self.0.get(organizer).cloned().unwrap_or_else(|| vec![Table::new()])
    }

    fn remember(&mut self, organizer: String, mut tables: Vec<Table>) {
        tables.sort();
        tables.dedup();
        if tables.len() > TABLES_MAX {
            tables.clear();
        }
        self.0.insert(organizer, tables);
    }
}

fn describe(table: &Table) -> String {
    let conferences = table.iter().map(|(id, conference)| format!("{id} v{}", conference.version));
    format!("acknowledged is [{}]", conferences.collect::<Vec<_>>().join(", "))
}
