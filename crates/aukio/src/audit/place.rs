//! The kind of place that an act comes from. Addresses themselves are not kept.
//!
//! It goes with the task that answers the request instead of through every act's arguments: acts know nothing
//! of networks, and no decision hangs on it.

use std::net::IpAddr;

tokio::task_local! {
    static PLACE: &'static str;
}

/// Runs what answers a request from this address.
pub async fn from<T>(address: IpAddr, answer: impl Future<Output = T>) -> T {
    PLACE.scope(kind(address), answer).await
}

/// `program` for what nobody asked for by a request.
pub(super) fn here() -> &'static str {
    PLACE.try_with(|place| *place).unwrap_or("program")
}

fn kind(address: IpAddr) -> &'static str {
    match address.to_canonical() {
        address if address.is_loopback() => "this-machine",
        IpAddr::V4(address) if address.is_private() || address.is_link_local() => "inside",
        IpAddr::V6(address) if address.is_unique_local() || address.is_unicast_link_local() => "inside",
        IpAddr::V4(_) => "ipv4",
        IpAddr::V6(_) => "ipv6",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_is_told_by_its_kind() {
        let check = async |address: &str, expected: &str| {
            let address = address.parse().expect("an address");
            assert_eq!(from(address, async { here() }).await, expected);
        };
        check("127.0.0.1", "this-machine").await;
        check("::1", "this-machine").await;
        check("10.1.2.3", "inside").await;
        check("fd00::1", "inside").await;
        check("192.0.2.7", "ipv4").await;
        check("::ffff:192.0.2.7", "ipv4").await;
        check("2001:db8::1", "ipv6").await;
        assert_eq!(here(), "program");
    }
}
