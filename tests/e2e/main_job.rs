use std::path::Path;
use tandem_tests::{
    chat::Chat,
    desktop::Desktop,
    stage::Stage,
    window::{Thing, Window},
};

#[tokio::test(flavor = "multi_thread")]
async fn proof_window() {
    let mut stage = Stage::new("proof-window").unwrap();
    let desk = Desktop::start(&mut stage, "maya").await.unwrap();
    let mini = Path::new("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser");
    let window = Window::open(&mut stage, &desk, mini, &[("X", "1")], &["--automation"]).await.unwrap();
    println!("open");
    let html = r##"<a href="#help" aria-label="Help Needed">Help Needed <b data-testid="section-count-help">3</b></a><label>E-mail <input id=e></label><button onclick="setTimeout(()=>{out.textContent='hello '+e.value},300)">Join <kbd aria-hidden=true>J</kbd></button><button aria-label="Join" onclick="setTimeout(()=>{out.textContent='hello '+e.value},300)">Join <kbd>J</kbd></button><p id=out data-testid=transcript></p>"##;
    window.run(&format!("document.body.innerHTML={html:?}")).await.unwrap();
    window.write(Thing::Textbox("E-mail"), "maya@northwind.example").await.unwrap();
    window.click(Thing::Button("Join")).await.unwrap();
    window.shows(Thing::Test("transcript"), "hello maya@northwind").await.unwrap();
    window.click(Thing::Link("Help Needed")).await.unwrap();
    assert_eq!(window.text(Thing::Test("section-count-help")).await.unwrap(), "3");
    window.picture(&stage.folder().join("p.png")).await.unwrap();
    window.lacks(Thing::Button("Dance")).await.unwrap();
    let e = window.shows(Thing::Test("transcript"), "never").await.unwrap_err();
    println!("{e:#}");
    window.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn proof_chat() {
    let mut stage = Stage::new("proof-chat").unwrap();
    let mut chat = Chat::open(&mut stage, "carmen", &std::env::var("MOCK").unwrap()).await.unwrap();
    chat.say("Hello there").await.unwrap();
    println!("{:?}", chat.next_from("logic", 0).await);
    chat.sees("customer", "Hello there").await.unwrap();
    println!("{:?}", chat.transcript().await);
    chat.picture(&stage.folder().join("p.png")).await.unwrap();
    println!("{:#}", chat.choose("No such").await.unwrap_err());
}
