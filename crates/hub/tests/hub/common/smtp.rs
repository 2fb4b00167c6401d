//! A mail server that records mails, or refuses them on demand.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Replies to the next recipients; otherwise it accepts.
#[derive(Clone, Default)]
pub struct MailServer {
    pub port: u16,
    pub mails: Arc<Mutex<Vec<Mail>>>,
    pub answers: Arc<Mutex<Vec<&'static str>>>,
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    /// Headers and text, with transfer encodings undone.
    pub text: String,
}

/// Instead of an answer: the server says nothing more.
pub const SILENCE: &str = "";

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), ..Self::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move { server.talk(socket).await });
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    async fn talk(&self, socket: TcpStream) -> Option<()> {
        let (reading, mut writing) = socket.into_split();
        let mut lines = BufReader::new(reading).lines();
        writing.write_all(b"220 mail.example\r\n").await.ok()?;
        let mut to = String::new();
        loop {
            let line = lines.next_line().await.ok()??;
            let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => "250 mail.example",
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    self.answers.lock().unwrap().pop().unwrap_or("250 ok")
                }
                "DATA" => {
                    writing.write_all(b"354 go on\r\n").await.ok()?;
                    let mut text = String::new();
                    loop {
                        let line = lines.next_line().await.ok()??;
                        if line == "." {
                            break;
                        }
                        text.push_str(&line);
                        text.push('\n');
                    }
                    let text = text.replace("=\n", "").replace("=3D", "=");
                    self.mails.lock().unwrap().push(Mail { to: to.clone(), text });
                    "250 taken"
                }
                "QUIT" => {
                    writing.write_all(b"221 bye\r\n").await.ok()?;
                    return Some(());
                }
                _ => "250 ok",
            };
            if answer == SILENCE {
                std::future::pending::<()>().await;
            }
            writing.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
    }
}
