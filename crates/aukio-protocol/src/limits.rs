//! Every bound of the codec.

/// How much of everything is accepted. Sizes are in bytes. [`Limits::default`] is meant for what
/// clients send, [`Limits::stored`] for what this server wrote itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One frame, with all its messages: 4 MiB and 64 bytes of framing.
    pub frame_bytes_max: usize,
    /// Messages in one frame: 16. Stock clients send one.
    pub messages_max: usize,
    /// One document update: 1 MiB.
    pub update_bytes_max: usize,
    /// The answer to a state vector, which may carry a whole document: 4 MiB.
    pub step2_bytes_max: usize,
    /// One state vector: 256 KiB, some 30 000 clients.
    pub state_vector_bytes_max: usize,
    /// One awareness update: 64 KiB. More than one state's worth, because stock clients send
    /// everybody's state back whenever it changes.
    pub awareness_bytes_max: usize,
    /// The state of one client in an awareness update: 4 KiB.
    pub awareness_state_bytes_max: usize,
    /// Clients in one awareness update: 512.
    pub awareness_clients_max: usize,
    /// The bytes of a sync status: 16, a counter.
    pub sync_status_bytes_max: usize,
    /// Reasons and other words in messages: 512 bytes.
    pub text_bytes_max: usize,
    /// Structs in one update: 50 000.
    pub structs_max: usize,
    /// Ranges in the delete set of one update: 200 000. An answer to a state vector always carries
    /// the whole delete set, so this follows the document and not the change.
    pub delete_ranges_max: usize,
    /// Depth of values in values (arrays, maps, JSON): 32.
    pub nesting_max: usize,
    /// Depth of shared types in shared types within one update: 64. Deeper trees would be deleted by
    /// recursion, and the stack is finite.
    pub tree_depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            frame_bytes_max: (4 << 20) + 64,
            messages_max: 16,
            update_bytes_max: 1 << 20,
            step2_bytes_max: 4 << 20,
            state_vector_bytes_max: 256 << 10,
            awareness_bytes_max: 64 << 10,
            awareness_state_bytes_max: 4 << 10,
            awareness_clients_max: 512,
            sync_status_bytes_max: 16,
            text_bytes_max: 512,
            structs_max: 50_000,
            delete_ranges_max: 200_000,
            nesting_max: 32,
            tree_depth_max: 64,
        }
    }
}

impl Limits {
    /// For snapshots and updates read back from the log: up to 32 MiB and a million structs. The
    /// shape is still checked in full, since a disk may lie.
    pub fn stored() -> Self {
        Limits {
            update_bytes_max: 32 << 20,
            step2_bytes_max: 32 << 20,
            structs_max: 1_000_000,
            delete_ranges_max: 1_000_000,
            ..Limits::default()
        }
    }

    /// The same limits, but an update may be as large as an answer to a state vector.
    pub fn for_step2(&self) -> Self {
        Limits { update_bytes_max: self.step2_bytes_max, ..self.clone() }
    }
}
