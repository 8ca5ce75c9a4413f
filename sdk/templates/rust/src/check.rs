//! @NAME@ passes when the service at a port of this machine greets whoever connects, as SSH, SMTP and others do.
use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::io::AsRawFd;
use std::time::Duration;

use crate::host::{Cancelled, Run, Settings, Verdict, POLLIN};

pub struct Check {
    port: u16,
}

impl Check {
    /// The host has validated the settings against the schema in plugin.rs.
    pub fn new(settings: &Settings) -> Result<Check, String> {
        match settings.text("/port").and_then(|port| port.parse().ok()) {
            Some(port) => Ok(Check { port }),
            None => Err("port: expected a number from 1 to 65535".into()),
        }
    }

    pub fn run(&self, run: &Run) -> Result<Verdict, Cancelled> {
        let mut service = match self.connect(run)? {
            Ok(service) => service,
            Err(problem) if problem.kind() == ErrorKind::ConnectionRefused => {
                return Ok(Verdict::fail("Connection refused", "nobody listens at the port"));
            }
            Err(problem) => return Ok(Verdict::fail("Connection failed", &problem.to_string())),
        };
        run.wait(service.as_raw_fd(), POLLIN)?;
        match service.read(&mut [0; 512]) {
            Ok(0) => Ok(Verdict::fail("No greeting", "the service closed the connection")),
            Ok(length) => {
                run.fact("greeting", length as f64, "bytes");
                Ok(Verdict::Pass)
            }
            Err(problem) => Ok(Verdict::fail("Connection failed", &problem.to_string())),
        }
    }

    /// The standard library cannot wait for a connection and for a cancel at once. On this machine connecting takes no
    /// time, so that short attempts will do.
    fn connect(&self, run: &Run) -> Result<std::io::Result<TcpStream>, Cancelled> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        loop {
            let attempt = run.remaining()?.min(Duration::from_millis(50));
            match TcpStream::connect_timeout(&address, attempt) {
                Err(problem) if problem.kind() == ErrorKind::TimedOut => continue,
                made => return Ok(made),
            }
        }
    }
}
