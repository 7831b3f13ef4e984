//! The least that a server of shared documents can be: every frame goes to everybody else in the same document.
//! No document, no rights, no disk. What the service needs per delivery beyond this is what it gives for it.
//!
//! It is a process of its own, and uses the same websocket library with the same buffers as the service.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};

const QUEUE: usize = 1024;

type Rooms = Arc<Mutex<HashMap<String, HashMap<u64, mpsc::Sender<Message>>>>>;

/// Serves until the process is ended. Says where it listens as the service does.
pub async fn serve() -> Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let rooms = Rooms::default();
    for id in 0.. {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve_one(Arc::clone(&rooms), id, stream));
    }
    Ok(())
}

async fn serve_one(rooms: Rooms, id: u64, stream: TcpStream) {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the library's own kind of answer")]
    let look = |request: &Request, response: Response| {
        request.uri().path().clone_into(&mut path);
        Ok(response)
    };
    let config = WebSocketConfig::default().read_buffer_size(8192).write_buffer_size(8192);
    let Ok(mut socket) = accept_hdr_async_with_config(stream, look, Some(config)).await else { return };
    let (queue, mut frames) = mpsc::channel(QUEUE);
    let all = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
    all().entry(path.clone()).or_default().insert(id, queue);
    loop {
        let alive = tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => socket.send(frame).await.is_ok(),
                None => false,
            },
            message = socket.next() => match message {
                Some(Ok(message @ Message::Binary(_))) => {
                    for (_, queue) in all().get(&path).into_iter().flatten().filter(|(other, _)| **other != id) {
                        // A full queue loses frames here; the generator counts what is missing.
                        let _ = queue.try_send(message.clone());
                    }
                    true
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(_)) => true,
            },
        };
        if !alive {
            break;
        }
    }
    if let Some(room) = all().get_mut(&path) {
        room.remove(&id);
    }
}
