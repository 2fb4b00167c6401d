//! End to end, as people meet it: real programs, a real window, a real browser, a real message bus.

mod alerts;
mod behind_proxies;
mod better_words;
mod board;
mod buttons;
mod document;
mod external_agents;
mod faults_of_services;
mod files_both_ways;
mod identity;
mod main_job;
mod own_windows;
mod readme;
mod recomputed;
mod samples;
mod shell;
mod whatsapp;
mod whatsapp_referees;
