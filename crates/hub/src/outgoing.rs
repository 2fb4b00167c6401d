//! How the hub asks other services over HTTP: one rule for proxies and redirects.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy};

const CONNECT: Duration = Duration::from_secs(3);
/// This machine, which no proxy reaches.
const HERE: &str = "localhost,127.0.0.0/8,::1";

/// A client that follows no redirects, and uses the proxies of the environment for other machines.
pub(crate) fn client() -> ClientBuilder {
    proxied(|name| std::env::var(name).ok())
}

/// `variable` reads the environment.
fn proxied(variable: impl Fn(&str) -> Option<String>) -> ClientBuilder {
    let either = |name: &str| {
        let value = variable(name).or_else(|| variable(&name.to_lowercase()));
        value.filter(|value| !value.is_empty())
    };
    let direct = either("NO_PROXY").map_or_else(|| HERE.to_owned(), |named| format!("{named},{HERE}"));
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("tandem-hub/", env!("CARGO_PKG_VERSION")));
    let proxies = [
        either("HTTP_PROXY").map(Proxy::http),
        either("HTTPS_PROXY").map(Proxy::https),
        either("ALL_PROXY").map(Proxy::all),
    ];
    // An unreadable address is no proxy, as for other programs.
    proxies
        .into_iter()
        .flatten()
        .flatten()
        .fold(client, |client, proxy| client.proxy(proxy.no_proxy(NoProxy::from_string(&direct))))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use tokio::net::TcpListener;

    use super::proxied;

    async fn answering(words: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(move || async move { words });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}/")
    }

    #[tokio::test]
    async fn this_machine_is_never_asked_through_a_proxy() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (proxy, here) = (answering("proxy").await, answering("here").await);
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
            let environment = |wanted: &str| match wanted {
                "NO_PROXY" => Some("direct.example".to_owned()),
                wanted => (wanted == name).then(|| proxy.clone()),
            };
            let client = proxied(environment).build().unwrap();
            let local = here.replace("127.0.0.1", "localhost");
            for (url, answer) in [(here.as_str(), "here"), (&local, "here"), ("http://elsewhere.example/", "proxy")] {
                let text = client.get(url).send().await.unwrap().text().await.unwrap();
                assert_eq!(text, answer, "{name}: {url}");
            }
            assert!(client.get("http://direct.example:1/").send().await.is_err(), "NO_PROXY still counts");
        }
    }
}
