//! Bundles `static/` with the esbuild that `npm ci` installed, and writes `$OUT_DIR/assets.rs`: every file the
//! browser gets, with its compressed form, and a constant for each name that templates use.

use std::{
    env,
    ffi::OsStr,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{self, Command},
};

use serde_json::Value;

/// What esbuild starts from, besides the icons.
const ENTRIES: [&str; 4] = ["js/app.js", "css/app.css", "css/body.css", "favicon.svg"];

/// Goes into the message document as text, and is no file of its own.
const INLINED: &str = "body";

/// What may run the pages: each of these knows layers, nesting, `light-dark()` and `:has()`.
const BROWSERS: &str = "--target=es2022,chrome123,firefox121,safari17.5";

type Result<T> = std::result::Result<T, String>;

struct Dirs {
    root: PathBuf,
    /// The bundle, as esbuild writes it.
    dist: PathBuf,
    out: PathBuf,
}

fn main() {
    if let Err(problem) = build() {
        for line in problem.lines() {
            println!("cargo::error={line}");
        }
        process::exit(1);
    }
}

fn build() -> Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let dirs = Dirs { dist: out.join("dist"), root, out };
    for input in ["static", "package-lock.json", "node_modules/.package-lock.json"] {
        println!("cargo::rerun-if-changed={}", dirs.root.join(input).display());
    }
    let esbuild = installed(&dirs.root)?;
    let sprite = dirs.out.join("icons.svg");
    write(&sprite, sprite_of(&dirs.root)?.as_bytes())?;
    bundle(&esbuild, &dirs, &sprite)?;
    write(&dirs.out.join("assets.rs"), assets(&dirs)?.as_bytes())
}

/// The esbuild program, once what is installed is what the lock file says.
fn installed(root: &Path) -> Result<PathBuf> {
    let missing = "The browser code is not installed.\n\
                   Run `npm ci` in the repository root first (Node 20 or newer), then build again.";
    let wanted = packages(&root.join("package-lock.json")).ok_or("package-lock.json cannot be read.")?;
    let present = packages(&root.join("node_modules/.package-lock.json")).ok_or(missing)?;
    let version = |packages: &Value, path: &str| packages.get(path).and_then(|p| p.get("version")).cloned();
    for path in wanted.as_object().into_iter().flatten().map(|(path, _)| path.as_str()) {
        // The root itself is no package, and esbuild has one for each platform.
        let is_optional = wanted.get(path).is_some_and(|package| package.get("optional").is_some());
        let found = version(&present, path);
        if path.is_empty() || (is_optional && found.is_none()) || found == version(&wanted, path) {
            continue;
        }
        return Err(format!("{path} is not the version of package-lock.json.\nRun `npm ci` again."));
    }
    let platforms = fs::read_dir(root.join("node_modules/@esbuild")).map_err(|_| missing)?;
    let program = if cfg!(windows) { "esbuild.exe" } else { "bin/esbuild" };
    let mut programs = platforms.flatten().map(|platform| platform.path().join(program));
    programs.find(|path| path.exists()).ok_or_else(|| missing.to_owned())
}

fn packages(lock_file: &Path) -> Option<Value> {
    let lock: Value = serde_json::from_slice(&fs::read(lock_file).ok()?).ok()?;
    lock.get("packages").cloned()
}

/// One SVG of all icons in `static/icons.txt`: `<use href="…#name">` shows one of them.
fn sprite_of(root: &Path) -> Result<String> {
    let icons = root.join("node_modules/lucide-static/icons");
    let mut sprite =
        String::from("<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- lucide.dev, ISC licence -->");
    for name in read(&root.join("static/icons.txt"))?.split_whitespace() {
        let icon = read(&icons.join(format!("{name}.svg")))?;
        let shapes = icon.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
        let shapes = shapes.and_then(|(_, rest)| rest.rsplit_once("</svg>")).map(|(shapes, _)| shapes);
        let shapes = shapes.ok_or_else(|| format!("The icon {name} is not an SVG."))?;
        let shapes = shapes.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(sprite, "<symbol id=\"{name}\" viewBox=\"0 0 24 24\">{shapes}</symbol>")
            .map_err(|e| e.to_string())?;
    }
    Ok(sprite + "</svg>")
}

/// Leaves the bundled files in `dirs.dist`, each named after the hash of its content.
fn bundle(esbuild: &Path, dirs: &Dirs, sprite: &Path) -> Result<()> {
    match fs::remove_dir_all(&dirs.dist) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.to_string()),
        _ => {}
    }
    let mut command = Command::new(esbuild);
    command.current_dir(dirs.root.join("static"));
    command.args(ENTRIES).arg(sprite);
    command.args(["--bundle", "--splitting", "--format=esm", BROWSERS, "--log-level=warning"]);
    command.args(["--loader:.svg=copy", "--loader:.woff2=file"]);
    command.args([
        "--entry-names=[name]-[hash]",
        "--chunk-names=[name]-[hash]",
        "--asset-names=[name]-[hash]",
    ]);
    // A debug build stays readable in the browser's tools.
    if variable("PROFILE")? == "release" {
        command.arg("--minify");
    }
    command.arg(format!("--outdir={}", dirs.dist.display()));
    let result = command.output().map_err(|error| format!("{} does not run: {error}", esbuild.display()))?;
    if result.status.success() {
        return Ok(());
    }
    Err(format!("esbuild failed:\n{}", String::from_utf8_lossy(&result.stderr)))
}

/// The generated Rust: `Asset`, `ASSETS`, and `APP_CSS` and the like.
fn assets(dirs: &Dirs) -> Result<String> {
    let mut table = String::from(
        "/// A static file.\n\
         pub struct Asset {\n    \
             /// With the hash of its content: `app-1a2b3c.css`.\n    pub name: &'static str,\n    \
             pub mime: &'static str,\n    \
             pub raw: &'static [u8],\n    \
             /// Compressed with brotli; empty where that saves nothing.\n    pub br: &'static [u8],\n\
         }\n\n\
         /// Every static file.\npub static ASSETS: &[Asset] = &[\n",
    );
    let mut constants = String::new();
    for path in files(&dirs.dist)? {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let stem = name.rsplit_once('-').map_or(name, |(stem, _)| stem);
        let constant = format!("{stem}_{extension}").replace(['-', '.'], "_").to_uppercase();
        if stem == INLINED {
            constants += &format!(
                "/// The text of a style sheet.\npub const {constant}: &str = include_str!({path:?});\n"
            );
            continue;
        }
        constants += &format!("/// The name of a static file.\npub const {constant}: &str = {name:?};\n");
        let compressed = dirs.out.join(format!("{name}.br"));
        write(&compressed, &brotli(&path)?)?;
        table += &format!(
            "    Asset {{ name: {name:?}, mime: {:?}, raw: include_bytes!({path:?}), br: include_bytes!({compressed:?}) }},\n",
            mime_of(extension)?,
        );
    }
    Ok(format!("{table}];\n\n{constants}"))
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn mime_of(extension: &str) -> Result<&'static str> {
    Ok(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        other => return Err(format!("No media type is known for .{other} files: add it to build.rs.")),
    })
}

/// Empty where compressing saves nothing.
fn brotli(path: &Path) -> Result<Vec<u8>> {
    let raw = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(&raw).and_then(|()| writer.flush()).map_err(|error| error.to_string())?;
    drop(writer);
    Ok(if compressed.len() < raw.len() { compressed } else { Vec::new() })
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
