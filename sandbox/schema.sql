CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS payu_token (token TEXT PRIMARY KEY, pos_id TEXT NOT NULL, expires_at REAL NOT NULL);

CREATE TABLE IF NOT EXISTS payu_order (
    order_id TEXT PRIMARY KEY,
    pos_id TEXT NOT NULL,
    ext_order_id TEXT,
    pay_token TEXT NOT NULL,
    request TEXT NOT NULL,
    amount INTEGER NOT NULL,
    status TEXT NOT NULL,
    payment_id TEXT,
    pay_method TEXT,
    created_at REAL NOT NULL,
    valid_until REAL NOT NULL,
    completed_at REAL,
    cancel_calls INTEGER NOT NULL DEFAULT 0,
    UNIQUE (pos_id, ext_order_id)
);
CREATE INDEX IF NOT EXISTS payu_order_expiry ON payu_order (valid_until) WHERE status IN ('NEW', 'PENDING');

CREATE TABLE IF NOT EXISTS payu_refund (
    refund_id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES payu_order,
    ext_refund_id TEXT,
    amount INTEGER NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at REAL NOT NULL,
    status_at REAL NOT NULL,
    due_at REAL,
    UNIQUE (order_id, ext_refund_id)
);

CREATE TABLE IF NOT EXISTS payu_notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL,
    what TEXT NOT NULL,
    url TEXT NOT NULL,
    body BLOB NOT NULL,
    forged INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    due_at REAL,
    tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS payu_notice_due ON payu_notice (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS payu_notice_order ON payu_notice (order_id);

CREATE TABLE IF NOT EXISTS sms (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    submitted_number TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    idx TEXT,
    parts INTEGER NOT NULL,
    points INTEGER NOT NULL,
    accepted_at REAL NOT NULL,
    sent_at REAL NOT NULL,
    status TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sms_number ON sms (number, seq);

CREATE TABLE IF NOT EXISTS sms_report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL,
    url TEXT NOT NULL,
    status TEXT NOT NULL,
    due_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS sms_report_due ON sms_report (due_at);

CREATE TABLE IF NOT EXISTS sms_answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    text TEXT NOT NULL,
    at REAL NOT NULL,
    told TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sms_answer_number ON sms_answer (number, id);

CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    message_id TEXT NOT NULL,
    raw BLOB NOT NULL,
    received_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS mail_recipient (
    address TEXT NOT NULL,
    mail_id INTEGER NOT NULL,
    PRIMARY KEY (address, mail_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS push_browser (
    token TEXT PRIMARY KEY,
    private_key BLOB NOT NULL,
    auth BLOB NOT NULL,
    portal_key TEXT NOT NULL,
    name TEXT NOT NULL,
    is_gone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS push_notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    ttl INTEGER NOT NULL,
    at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    vendor TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS node_question (
    token TEXT PRIMARY KEY,
    at REAL NOT NULL,
    request_id TEXT NOT NULL,
    issuer TEXT NOT NULL,
    answer_to TEXT NOT NULL,
    level TEXT NOT NULL,
    relay TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS node_artifact (artifact TEXT PRIMARY KEY, at REAL NOT NULL, response BLOB NOT NULL);

CREATE TABLE IF NOT EXISTS openid_code (
    code TEXT PRIMARY KEY,
    at REAL NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    person TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS vendor_notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    vendor TEXT NOT NULL,
    subject TEXT NOT NULL,
    what TEXT NOT NULL,
    url TEXT NOT NULL,
    body BLOB NOT NULL,
    headers TEXT NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL,
    tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS vendor_notice_due ON vendor_notice (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS vendor_notice_subject ON vendor_notice (vendor, subject);

CREATE TABLE IF NOT EXISTS p24_transaction (
    session_id TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    amount INTEGER NOT NULL,
    status INTEGER NOT NULL DEFAULT 0,
    order_id INTEGER,
    created_at REAL NOT NULL,
    valid_until REAL,
    paid_at REAL
);

CREATE TABLE IF NOT EXISTS p24_refund (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL,
    refunds_uuid TEXT NOT NULL,
    session_id TEXT NOT NULL,
    amount INTEGER NOT NULL,
    created_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS paypal_token (token TEXT PRIMARY KEY, expires_at REAL NOT NULL);

CREATE TABLE IF NOT EXISTS paypal_order (
    order_id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    value TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    capture_id TEXT UNIQUE,
    capture_status TEXT NOT NULL DEFAULT '',
    captured_at REAL,
    refunded TEXT NOT NULL DEFAULT '0.00',
    created_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS paypal_answer (
    key TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (key, path)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS paypal_refund (
    refund_id TEXT PRIMARY KEY,
    capture_id TEXT NOT NULL,
    body TEXT NOT NULL
);

-- What IMGW and RSO tell: one row a warning, as its JSON.
CREATE TABLE IF NOT EXISTS warning (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    row TEXT NOT NULL
);
