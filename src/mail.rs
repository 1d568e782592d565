//! What a person does with mail, in reading order. Knows no HTTP and no HTML.
