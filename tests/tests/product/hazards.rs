//! Controls of the hazard log beside sending: offers that are put off or declined, answers and silence, old records, item 9, and what is said before Send.

mod after_sending;
mod before_sending;
mod daily_line;
mod offers;
mod soak;
