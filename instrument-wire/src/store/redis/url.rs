//! Where a Redis server is, and who we are there: what's in a URL.

use std::fmt;

/// What's said of a URL that's none. Neither the URL nor a part of it is repeated: there may be a password in it.
const FORM: &str = "write `redis://[user:password@]host[:port][/database]`";

/// There's none in the standard library.
const TLS: &str = "there's no TLS here: write `redis://` to a server on this machine, or to a tunnel's end here that has TLS to \
                   the server, such as stunnel's";

/// A server, and how to log in.
pub(super) struct Address {
    pub(super) place: Place,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: u32,
}

/// Where it listens.
pub(super) enum Place {
    Host(String, u16),
    #[cfg(unix)]
    Socket(std::path::PathBuf),
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Address, &'static str> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(FORM)?;
        match &*scheme.to_ascii_lowercase() {
            "redis" | "valkey" => Address::of_host(rest).ok_or(FORM),
            "rediss" | "valkeys" => Err(TLS),
            #[cfg(unix)]
            "unix" | "redis+unix" | "valkey+unix" => {
                Address::of_socket(rest).ok_or("write `unix:///path/to/socket[?db=0&user=name&pass=password]`")
            }
            _ => Err(FORM),
        }
    }

    /// `[user:password@]host[:port][/database]`
    fn of_host(rest: &str) -> Option<Address> {
        // A password may have an `@` in it, a host can't.
        let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let (place, database) = place.split_once('/').unwrap_or((place, ""));
        let (host, port) = match place.strip_prefix('[') {
            Some(version_6) => {
                let (host, port) = version_6.split_once(']')?;
                (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
            }
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '/' | '[' | ']');
        if host.is_empty() || host.contains(odd) {
            return None;
        }
        let port = port.map_or(Some(6379), |port| port.parse().ok())?;
        let database = if database.is_empty() { 0 } else { database.parse().ok()? };
        let (user, password) = match login {
            None => (None, None),
            Some(login) => {
                let (user, password) = login.split_once(':').map_or((login, None), |(user, word)| (user, Some(word)));
                (decoded(user)?, password.map_or(Some(None), decoded)?)
            }
        };
        // A name alone opens nothing.
        if user.is_some() && password.is_none() {
            return None;
        }
        Some(Address { place: Place::Host(host.to_owned(), port), user, password, database })
    }

    /// `/path[?db=0&user=name&pass=password]`
    #[cfg(unix)]
    fn of_socket(rest: &str) -> Option<Address> {
        let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
        let place = Place::Socket(decoded(path)??.into());
        let mut address = Address { place, user: None, password: None, database: 0 };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=')? {
                ("db", number) => address.database = number.parse().ok()?,
                ("user", name) => address.user = decoded(name)?,
                ("pass", word) => address.password = decoded(word)?,
                _ => return None,
            }
        }
        Some(address)
    }
}

/// For errors: without user and password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Host(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Place::Host(host, port) => write!(f, "{host}:{port}"),
            #[cfg(unix)]
            Place::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A part with `%40` and the like; `None` if it's nothing, and of those `None` if it's no text.
fn decoded(part: &str) -> Option<Option<String>> {
    if part.is_empty() {
        return Some(None);
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let (byte, after) = match (first, more) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                (u8::try_from(digit(high)? * 16 + digit(low)?).ok()?, after)
            }
            (b'%', _) => return None,
            (other, more) => (*other, more),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use redis::{ConnectionAddr, IntoConnectionInfo};

    /// By another reader of the same URLs.
    #[test]
    fn a_url_says_what_it_says_to_others() {
        for url in [
            "redis://localhost",
            "redis://127.0.0.1:7000/3",
            "redis://[::1]:6380",
            "redis://[::1]",
            "redis://:sesame@host",
            "redis://ali%40baba:se%20same@host:1/0",
            "redis://user:a%40b%3Ac@host",
            "redis://host/",
            "valkey://host",
        ] {
            let address = Address::parse(url).expect(url);
            let other = url.into_connection_info().expect(url);
            let (ConnectionAddr::Tcp(host, port), Place::Host(own, number)) = (other.addr(), &address.place) else {
                panic!("{url}");
            };
            assert_eq!((own, number), (&host.trim_matches(['[', ']']).to_owned(), port), "{url}");
            let login = other.redis_settings();
            let own = (address.user.as_deref(), address.password.as_deref(), i64::from(address.database));
            assert_eq!(own, (login.username(), login.password(), login.db()), "{url}");
        }
        let socket = Address::parse("unix:///run/redis%20sock?db=2&pass=sesame").expect("a socket");
        assert_eq!((socket.place.to_string().as_str(), socket.database), ("/run/redis sock", 2));
        assert_eq!((socket.user, socket.password.as_deref()), (None, Some("sesame")));
    }

    #[test]
    fn what_is_no_url_is_answered_without_it() {
        for url in [
            "",
            "host",
            "http://host",
            "redis://",
            "redis://host:x",
            "redis://host/x",
            "redis://a b",
            "redis://u@h",
            "redis://%zz:x@h",
            "redis://host?protocol=3",
            "redis://[::1",
            "unix://",
            "unix:///x?sesame",
        ] {
            let said = Address::parse(url).err().expect(url);
            assert!(said.starts_with("write `"), "{said}");
        }
        assert!(
            Address::parse("REDISS://:sesame@host").err().is_some_and(|said| said.starts_with("there's no TLS here"))
        );
    }
}
