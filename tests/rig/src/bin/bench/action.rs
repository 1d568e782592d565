//! What a person does, and what the answer must show.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// With a new browser, up to the first list.
    Login,
    List,
    LastPage,
    /// To the first page of another mailbox.
    Switch,
    OpenPlain,
    /// 100 KB of HTML.
    OpenHtml,
    /// 5 MB are attached.
    OpenAttached,
    /// Of these 5 MB.
    Download,
    Search,
    Flag,
    /// Whether there is new mail.
    Poll,
    /// With 1 MB attached.
    Send,
    Move,
}

impl Action {
    /// In the order they are measured; `Move` changes the first page, and so comes last.
    pub(crate) const ALL: [Action; 13] = [
        Action::Login,
        Action::List,
        Action::LastPage,
        Action::Switch,
        Action::OpenPlain,
        Action::OpenHtml,
        Action::OpenAttached,
        Action::Download,
        Action::Search,
        Action::Flag,
        Action::Poll,
        Action::Send,
        Action::Move,
    ];

    /// In the table, and in `--actions`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Action::Login => "login",
            Action::List => "list",
            Action::LastPage => "last-page",
            Action::Switch => "switch",
            Action::OpenPlain => "open-plain",
            Action::OpenHtml => "open-html",
            Action::OpenAttached => "open-attached",
            Action::Download => "download",
            Action::Search => "search",
            Action::Flag => "flag",
            Action::Poll => "poll",
            Action::Send => "send",
            Action::Move => "move",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }
}
