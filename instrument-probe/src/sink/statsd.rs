//! The statsd protocol over UDP, with DogStatsD's tags: `name:1|c|#tag:value`.

use super::{Observation, Reading, Sink, SinkError};
use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, ToSocketAddrs, UdpSocket};

/// Sends numbers to a statsd server, one datagram each: increments as counters, `name:1|c`, histograms as histograms,
/// `name:2.5|h`, with tags behind them, `|#queue:mails`. Lines are refused.
///
/// Signs that mean something in the protocol become `_`. UDP promises nothing, and neither does this.
///
/// ```
/// use instrument_probe::{IncrementInstrument, Outlet, Statsd};
///
/// # let server = std::net::UdpSocket::bind("127.0.0.1:0")?;
/// # let address = server.local_addr()?;
/// let statsd = Outlet::new(Statsd::to(address)?);
/// let instrument = IncrementInstrument::new("orders", "1").sink(statsd);
/// # let _ = instrument;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Statsd {
    socket: UdpSocket,
}

impl Statsd {
    /// A socket that sends to the server, which needn't be there yet.
    ///
    /// # Errors
    ///
    /// The name isn't found, or the system gives no socket.
    pub fn to(server: impl ToSocketAddrs) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the statsd server's name has no address");
        for address in server.to_socket_addrs()? {
            let any =
                if address.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
            let any: std::net::SocketAddr = any;
            match UdpSocket::bind(any).and_then(|socket| socket.connect(address).map(|()| socket)) {
                Ok(socket) => return Ok(Statsd { socket }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Sink for Statsd {
    fn receive(&self, observation: &Observation) -> Result<(), SinkError> {
        let datagram = datagram(observation).ok_or("statsd takes numbers, and no lines")?;
        self.socket.send(datagram.as_bytes())?;
        Ok(())
    }
}

fn datagram(observation: &Observation) -> Option<String> {
    let (number, kind) = match observation.reading {
        Reading::Increment(number) => (number, 'c'),
        Reading::Histogram(number) => (number, 'h'),
        Reading::Line(_) => return None,
    };
    let mut datagram = format!("{}:{number}|{kind}", plain(&observation.name, ""));
    for (at, (tag, value)) in observation.tags.iter().enumerate() {
        let before = if at == 0 { "|#" } else { "," };
        let _ = write!(datagram, "{before}{}:{}", plain(tag, ","), plain(value, ","));
    }
    Some(datagram)
}

/// Text without the signs that end it in a datagram.
fn plain(text: &str, also: &str) -> String {
    let is_sign = |c: char| matches!(c, ':' | '|' | '@' | '#' | '\n' | '\r') || c.is_control() || also.contains(c);
    text.chars().map(|c| if is_sign(c) { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use instrument_wire::Event;

    #[test]
    fn datagrams_are_what_the_protocol_says() {
        let mut observation = Observation {
            name: "orders:all|x".into(),
            target: "a::b".into(),
            event: Event::Return,
            reading: Reading::Increment(2.0),
            tags: vec![("queue".into(), "a,b".into()), ("host".into(), "x#\n".into())],
        };
        assert_eq!(datagram(&observation).as_deref(), Some("orders_all_x:2|c|#queue:a_b,host:x__"));
        observation.reading = Reading::Histogram(-2.5);
        observation.tags.clear();
        assert_eq!(datagram(&observation).as_deref(), Some("orders_all_x:-2.5|h"));
        observation.reading = Reading::Line("2".into());
        assert_eq!(datagram(&observation), None);
    }
}
