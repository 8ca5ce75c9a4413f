//! A plugin for probehost.
mod abi;
mod check;
#[cfg(test)]
mod fake_host;
mod host;
mod plugin;
#[cfg(test)]
mod tests;
