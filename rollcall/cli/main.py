"""The command line. Exit codes: 0 good, 1 a check failed, 2 wrong use. The other rooms are loaded by name, late."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from typer.exceptions import TyperException

from rollcall.cli.classes import classes
from rollcall.cli.drift import show_drift
from rollcall.cli.faults import told
from rollcall.cli.records import audit_app, backup, restore
from rollcall.cli.report import report
from rollcall.cli.teachers import teachers_app
from rollcall.config.settings import Settings, load_settings
from rollcall.config.strays import strays
from rollcall.errors import RollcallError, Unavailable, WrongUse
from rollcall.ops.logs import report_unforeseen, set_up_logging, speaks_json
from rollcall.ops.watchdog import status, supervised
from rollcall.system.seclusion import close_to_others, seclude
from rollcall.system.versions import version

app = typer.Typer(
    name="rollcall",
    help="Checks students in by voice over Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="Speaker encoders and their weights.", no_args_is_help=True)
app.add_typer(models_app, name="models")
app.add_typer(audit_app, name="audit")
app.command()(backup)
app.command()(restore)
app.command()(report)
app.command()(classes)
app.command("drift")(show_drift)
app.add_typer(teachers_app, name="teachers")
keys_app = typer.Typer(help="The keys that seal voices, and what is sealed with each.", invoke_without_command=True)
app.add_typer(keys_app, name="keys")

_LASTING = (["up"], ["bot"], ["worker"], ["web"])
"""Commands that serve people; the others are somebody's own."""
_INTERRUPTED = 130
_WITHOUT_FOLDER = ("demo", "sandbox", "models", "identify", "verify", "evaluate", "train")
"""Commands that have nothing to do with the data folder."""

_out = Console()
_err = Console(stderr=True, highlight=False)


def main() -> None:
    """Entry point: one line for each error that we foresaw, a trace only for what we did not."""
    seclude()
    # Of numpy, before it is loaded: our products are small, and threads that wait for the next one spin meanwhile. The
    # search for replays took twice the processor's time with two.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except TyperException as error:
        said = error.format_message()
        if "\n" in said:  # the help that was not asked for, but is
            _out.print(said, soft_wrap=True, markup=False, highlight=False)
        else:
            _tell(WrongUse(f"{said[:1].lower()}{said[1:].rstrip('.')}: see rollcall {_command()}--help"))
        sys.exit(WrongUse.exit_code)
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except Exception as error:
        known = told(error)
        if known is not None:
            logging.getLogger(__name__).debug("what led to it", exc_info=error)
            _tell(known)
            sys.exit(known.exit_code)
        if sys.argv[1:2] not in _LASTING:
            raise
        report_unforeseen(error)  # Python's own trace would quote what the log must not
        sys.exit(1)
    finally:
        gc.unfreeze()  # what is left for after the end of the libraries that made it may crash: h5py's does


def _tell(error: RollcallError) -> None:
    """One line; a process of ``rollcall up`` leaves it to that to tell, once."""
    if status(str(error)):
        return
    if speaks_json():
        logging.getLogger(__name__).error("%s", error)
    else:
        _err.print(f"[bold red]rollcall:[/] {escape(str(error))}", soft_wrap=True)


def _command() -> str:
    """The command that was called, for a hint; nothing where there is no such command."""
    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    return f"{sys.argv[1]} " if sys.argv[1:2] and sys.argv[1] in known else ""


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"rollcall {version()}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and nothing else")
    ] = False,
) -> None:
    """Checks students in by voice over Telegram."""


@app.command()
def up() -> None:
    """Run everything on one machine: the queue, a bot and a worker, kept alive until Ctrl-C."""
    from rollcall.ops.up import Supervisor
    from rollcall.usecases.first_key import load_or_make

    settings = _settings("up")
    if settings.telegram_token is None:
        raise WrongUse("no token: ask @BotFather for one and set ROLLCALL_TELEGRAM_TOKEN, or try rollcall demo")
    load_or_make(settings)

    async def supervise() -> int:
        # Without the graph, which the worker would look for once more: it starts so much sooner.
        return await Supervisor(settings, lambda: _pull(settings.speaker_model, settings, prepare=False)).run()

    raise typer.Exit(asyncio.run(supervise()))


@app.command()
def bot(
    migrate: Annotated[bool, typer.Option("--migrate", help="Bring the database to the present schema first")] = False,
) -> None:
    """Run one bot process."""
    settings = _settings("bot")
    if migrate:
        asyncio.run(_migrate(settings))
    _room("bot.app", "bot").main(settings)


@app.command()
def worker() -> None:
    """Run one worker process."""
    _room("worker.main", "worker").main(_settings("worker"))


@app.command()
def web() -> None:
    """Serve the pages: the board in the room, the register in the browser."""
    _room("web.serve", "web").main(_settings("web"))


@app.command()
def demo(
    voices: Annotated[Path | None, typer.Option(help="Own recordings: DIR/<speaker>/*.ogg|wav|flac")] = None,
    out: Annotated[Path, typer.Option(help="Where report and transcript go")] = Path("demo-output"),
) -> None:
    """Play a whole lesson on a local Telegram: a teacher, students, strangers, a report."""
    settings = _settings("demo")
    _pull(settings.speaker_model, settings)
    raise typer.Exit(_room("sandbox.demo", "sandbox").main(voices, out))


@app.command()
def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port to listen on; 8081 unless it is taken by another")] = None,
    web: Annotated[bool, typer.Option("--web", help="Start Rollcall too, and a page to talk to it on")] = False,
    browser: Annotated[bool, typer.Option(help="Open the page")] = True,
) -> None:
    """Run a local Telegram: a Bot API server with people to be played over HTTP, or on a page."""
    settings = _settings("sandbox")
    if not web:
        raise typer.Exit(_room("sandbox.server", "sandbox").run(host, 8081 if port is None else port))
    from rollcall.cli.trying import try_out

    _pull(settings.speaker_model, settings)
    raise typer.Exit(try_out(settings, _room, host, port, browser=browser))


@app.command()
def doctor(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Write the galleries in Redis anew from the database")
    ] = False,
) -> None:
    """Check token, queue, database, weights, device and decoder; each with its cure."""
    from rollcall.ops.doctor import examine
    from rollcall.usecases.galleries import rebuild as rebuild_galleries

    settings = _settings("doctor", level="ERROR")

    async def check() -> bool:
        good = True
        async for finding in examine(settings):
            sign = "[green]✓[/]" if finding.good else "[red]✗[/]"
            cure = "" if finding.good else f" → {finding.cure}"
            _out.print(f"{sign} {escape(finding.check + ': ' + finding.fact + cure)}", soft_wrap=True, highlight=False)
            good = good and finding.good
        return good

    if rebuild:
        _out.print(f"{asyncio.run(rebuild_galleries(settings))} galleries rebuilt")
    elif not asyncio.run(check()):
        raise typer.Exit(1)


@app.command()
def health(
    ready: Annotated[
        bool, typer.Option("--ready", help="Whether it can do its work, not only whether it lives")
    ] = False,
) -> None:
    """Ask the bot or worker behind ROLLCALL_OPS_PORT how it is; exit code 1 where it is stuck."""
    from rollcall.cli.health import ask

    good, said = ask(_settings("health", level="ERROR"), "ready" if ready else "live")
    _out.print(said, soft_wrap=True, highlight=False, markup=False)
    if not good:
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    asyncio.run(_migrate(_settings("migrate")))
    _out.print("the database has the present schema")


@app.command()
def reembed() -> None:
    """After a change of the encoder: new voiceprints from the recordings that people agreed to keep."""
    from rollcall.usecases.reembed import reembed as run

    settings = _settings("reembed", level="ERROR")
    _pull(settings.speaker_model, settings)
    asyncio.run(_migrate(settings))
    embedder = _room("worker.embedding", "worker").Embedder(settings)
    with Progress(TextColumn("people"), BarColumn(), MofNCompleteColumn(), console=_err, transient=True) as bar:
        task = bar.add_task("people", total=None)
        found = asyncio.run(run(settings, embedder, lambda done, total: bar.update(task, completed=done, total=total)))
    _out.print(f"{found.done} voiceprints made anew with {embedder.model}", highlight=False)
    if found.narrow:
        _out.print(f"{found.narrow} voiceprints serve for telephone notes as well", highlight=False)
    for name in found.must_enrol:
        _out.print(f"must send /enroll again: {name}", soft_wrap=True, highlight=False, markup=False)
    if not found.galleries:
        _out.print("the queue is out of reach: run rollcall doctor --rebuild once it is back", soft_wrap=True)


@app.command()
def identify(
    files: Annotated[list[Path], typer.Argument(help="Recordings, one speaker each")],
    gallery: Annotated[Path, typer.Option(help="DIR/<person>/*.ogg|wav|flac|mp3")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
) -> None:
    """Tell who speaks in recordings, out of a folder of known voices."""
    settings = _settings("identify", level="ERROR")
    _pull(settings.speaker_model, settings)
    raise typer.Exit(_room("evaluation.identify", "evaluate").identify(settings, files, gallery, as_json=as_json))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A recording")],
    name: Annotated[str, typer.Option("--as", help="Whose voice it should be")],
    gallery: Annotated[Path, typer.Option(help="DIR/<person>/*.ogg|wav|flac|mp3")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
) -> None:
    """Tell whether a recording is in a known voice; exit code 1 where it is not."""
    settings = _settings("verify", level="ERROR")
    _pull(settings.speaker_model, settings)
    raise typer.Exit(_room("evaluation.identify", "evaluate").verify(settings, file, name, gallery, as_json=as_json))


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="DIR/<speaker>/*.ogg|wav|flac|mp3, or with an ids.txt")],
    models: Annotated[str, typer.Option(help="Of campplus, ecapa, rescnn, mfcc, gmm, by commas")] = "campplus",
    enrol: Annotated[int, typer.Option(min=1, help="Recordings that enrol a speaker")] = 3,
    draws: Annotated[int, typer.Option(min=1, help="How often enrolment recordings are drawn anew")] = 5,
    class_size: Annotated[int, typer.Option(min=0, help="So many speakers enrol in a draw; 0: all")] = 0,
    minimum_speech: Annotated[float, typer.Option(min=0, help="Leave out tests with less speech, seconds")] = 0.0,
    strangers: Annotated[Path | None, typer.Option(help="A folder of people who never enrol")] = None,
    degrade: Annotated[str, typer.Option(help="noise:10,babble:10,phone,short:2,effort:6; + combines")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
    out: Annotated[Path, typer.Option(help="Where report and pictures go")] = Path("evaluation-output"),
    seed: Annotated[int, typer.Option(help="Of the draws")] = 0,
) -> None:
    """Measure on own recordings how well the encoders tell people apart: error rates, pictures, what to expect."""
    settings = _settings("evaluate", level="ERROR")
    module = _room("evaluation.evaluate", "evaluate")
    plan = module.Plan(enrol, draws, class_size, minimum_speech, seed)
    names = [name.strip() for name in models.split(",") if name.strip()]
    pinned = {card.name for card in _room("models.registry", "worker").known() if card.sources}
    for name in pinned.intersection(names):
        with suppress(Unavailable):  # the evaluation says which systems it had to leave out, and why
            _pull(name, settings)
    raise typer.Exit(
        module.main(settings, folder, names, plan, strangers=strangers, degrade=degrade, as_json=as_json, out=out)
    )


@app.command()
def train(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="DIR…", help="Recordings: docs/training.md")] = None,
    out: Annotated[Path, typer.Option(help="The encoder's folder")] = Path("my-encoder"),
    model: Annotated[str, typer.Option(help="rescnn, ecapa or campplus")] = "rescnn",
    start: Annotated[str, typer.Option("--from", help="Weights to go on from: a name, or a path")] = "",
    layout: Annotated[str, typer.Option(help="How the recordings are laid out, where it is not found out")] = "auto",
    epochs: Annotated[str, typer.Option(help="How often all speech is heard, for each stage, by commas")] = "",
    rate: Annotated[str, typer.Option(help="The highest learning rate, likewise")] = "",
    held_out: Annotated[float, typer.Option(min=0, max=0.9, help="Share of people who are not trained on")] = 0.2,
    width: Annotated[int, typer.Option(min=0, help="ResCNN's dimension, ECAPA's channels; 0: the usual")] = 0,
    patience: Annotated[int, typer.Option(min=0, help="Looks without a better one that end a tuning")] = 3,
    augment: Annotated[bool, typer.Option(help="Spoil what is trained on as rooms and telephones do")] = True,
    conditions: Annotated[str | None, typer.Option(help="How notes are spoilt for the cuts, as for evaluate")] = None,
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16")] = "auto",
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes that load crops")] = 1,
    threads: Annotated[int, typer.Option(min=0, max=256, help="Of the computation on a CPU; 0: all")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is random")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the training in --out")] = False,
) -> None:
    """Train an encoder of one's own on recordings, and write its folder with card, report and curves."""
    settings = _settings("train", level="ERROR")
    if not folders and not resume:
        raise WrongUse("train on what? Give a folder of recordings, or --resume with --out")
    module, wanted = _room("training.train", "train"), _room("training.options", "train")
    options = wanted.Options(
        [str(folder) for folder in folders or ()], layout, model, start, _numbers("epochs", epochs),
        _numbers("rate", rate), held_out, width, patience, augment, seed, precision,
        wanted.CONDITIONS if conditions is None else conditions,
    )  # fmt: skip
    if not resume:
        options.check()
        if start and not Path(start).exists():
            _pull(start, settings, prepare=False)
    raise typer.Exit(
        module.main(settings, options, out, workers=workers, threads=threads or os.cpu_count() or 1, resume=resume)
    )


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")] if text else []
    except ValueError as error:
        raise WrongUse(f"--{option} wants numbers by commas, not {text!r}") from error


@models_app.command("list")
def list_models() -> None:
    """The encoders and the recogniser of words: dimension, licence, source, and whether the weights are here."""
    settings = _settings("models", level="ERROR")
    registry = _room("models.registry", "worker")
    table = Table("name", "dimension", "licence", "source", "weights", box=None, pad_edge=False)
    for card in registry.known():
        here = registry.locate(card.name, settings.models_dir) is not None
        command = f"pull {card.name}" if card.sources else "import FILE.h5"
        state = "here" if here else f"not here: rollcall models {command}"
        table.add_row(card.name, str(card.dimension), card.licence, card.origin, state)
    recogniser = _room("models.recogniser", "worker")
    lacks = recogniser.missing(recogniser.CARD.name, settings.models_dir)
    state = "here" if lacks is None else f"not here: {lacks[1].removeprefix('run ')}"
    table.add_row(recogniser.CARD.name, "-", recogniser.CARD.licence, recogniser.CARD.origin, state)
    _out.print(table)


@models_app.command("pull")
def pull_model(name: Annotated[str | None, typer.Argument(help="Default: the model in use")] = None) -> None:
    """Fetch a model's weights, checked by SHA-256, into the folder all installations of this user share."""
    settings = _settings("models")
    if name == _room("models.recogniser", "worker").CARD.name:
        path: Path | None = _pull_recogniser(settings)
    else:
        path = _pull(name or settings.speaker_model, settings)
    _out.print(f"{name or settings.speaker_model}: {path}", soft_wrap=True)


@models_app.command("import")
def import_model(
    file: Annotated[Path, typer.Argument(help="A checkpoint of another library: Deep Speaker's .h5")],
    name: Annotated[str, typer.Option("--as", help="The encoder it is for")] = "rescnn",
) -> None:
    """Make an encoder's weights of a checkpoint of another library, in the folder that pull fetches into."""
    settings = _settings("models")
    registry = _room("models.registry", "worker")
    errors = _room("models.errors", "worker")
    try:
        path, digest = registry.convert(file, settings.models_dir, name)
    except errors.ModelError as error:
        raise WrongUse(str(error)) from error
    _out.print(f"{name}: {path}\nSHA-256 {digest}", soft_wrap=True, highlight=False)


@models_app.command("fit")
def fit_model(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="DIR/<speaker>/*.ogg|wav|flac|mp3, or with an ids.txt")],
    name: Annotated[str, typer.Option("--model", help="Own weights: their folder or file, or rescnn")],
    cohort: Annotated[Path | None, typer.Option(help="A folder of many others, one recording each")] = None,
    conditions: Annotated[
        str | None, typer.Option(help="How notes are spoilt beside clean ones, as for rollcall evaluate --degrade")
    ] = None,
) -> None:
    """Find on own recordings where an own encoder's scores mean yes, and write it into the card in its folder."""
    settings = _settings("models", level="ERROR")
    module = _room("evaluation.recipes.fit", "evaluate")
    how = module.CONDITIONS if conditions is None else conditions
    raise typer.Exit(module.main(settings, folder, name, cohort=cohort, conditions=how))


@keys_app.callback()
def show_keys(context: typer.Context) -> None:
    """The keys in use: what each of them seals, and how many values."""
    if context.invoked_subcommand is None:
        from rollcall.cli.keys import show

        raise typer.Exit(asyncio.run(show(_settings("keys", level="ERROR"), _out)))


@keys_app.command("rotate")
def rotate_keys() -> None:
    """Seal everything anew, with a new key; bots and workers may go on running."""
    from rollcall.cli.keys import rotate

    raise typer.Exit(asyncio.run(rotate(_settings("keys", level="ERROR"), _out, _err)))


@keys_app.command("prune")
def prune_keys() -> None:
    """Remove the keys that seal nothing any more."""
    from rollcall.cli.keys import prune

    raise typer.Exit(asyncio.run(prune(_settings("keys", level="ERROR"), _out)))


@keys_app.command("renew")
def renew_keys(
    erase: Annotated[bool, typer.Option("--erase-voices", help="Agree without being asked")] = False,
) -> None:
    """After a key was lost for good: erase what only it opened, and go on. Everyone concerned enrols again."""
    from rollcall.cli.keys import renew

    raise typer.Exit(asyncio.run(renew(_settings("keys", level="ERROR"), _out, erase=erase)))


def _settings(process: str, level: str | None = None) -> Settings:
    settings = load_settings()
    set_up_logging(settings, process, level if settings.log_level != "DEBUG" else None)
    if process not in _WITHOUT_FOLDER and not supervised():
        close_to_others(settings.data_dir)
    if [process] in _LASTING and not supervised():
        _warn(settings, process)
    return settings


def _warn(settings: Settings, process: str) -> None:
    """What stops nothing, and is seldom meant."""
    log = logging.getLogger(__name__)
    if unread := strays(settings):
        log.warning("settings that nobody reads: %s", ", ".join(unread))
    if process in ("up", "bot") and not settings.admins:
        log.warning("there are no admins, so nobody can invite teachers: set ROLLCALL_ADMINS to your Telegram id")


def _room(module: str, extra: str) -> Any:
    """A module of another room. The core imports none of them: a bot must run where torch is not installed."""
    gc.disable()
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        logging.getLogger(__name__).debug("not installed", exc_info=True)
        raise Unavailable(f"{error.name} is not installed: pip install 'rollcall[{extra}]'") from error
    finally:
        gc.freeze()  # modules stay: in search of garbage nobody looks through them again
        gc.enable()


async def _migrate(settings: Settings) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from rollcall.storage import faults
    from rollcall.storage.database import Database
    from rollcall.storage.migrate import migrate as apply

    database = Database(settings.effective_database_url)
    try:
        await apply(database)
    except (SQLAlchemyError, OSError) as error:
        raise faults.told(error) or Unavailable(
            f"the database is out of reach ({type(error).__name__}): check ROLLCALL_DATABASE_URL and that it runs"
        ) from error
    finally:
        await database.close()


def _pull(name: str, settings: Settings, *, prepare: bool = True) -> Path | None:
    registry = _room("models.registry", "worker")
    errors = _room("models.errors", "worker")
    recogniser = _room("models.recogniser", "worker")
    with _progress() as bar:
        try:
            path: Path | None = registry.pull(name, settings.models_dir, _reporter(bar))
            for helper in ("models.detector", "models.segmentation"):
                _room(helper, "worker").pull(settings.models_dir, _reporter(bar))
            if prepare:
                registry.prepare(name, settings.models_dir, settings.device, settings.backend)
        except errors.ModelError as error:
            raise Unavailable(str(error)) from error
        if settings.words_model == recogniser.CARD.name and recogniser.installed():
            try:
                recogniser.pull(settings.models_dir, _reporter(bar))
            except errors.ModelError as error:
                # Whoever asks for no words goes without, and the others are told by their worker and by doctor.
                logging.getLogger(__name__).warning("words are not listened for: %s", error)
    return path


def _pull_recogniser(settings: Settings) -> Path:
    recogniser = _room("models.recogniser", "worker")
    errors = _room("models.errors", "worker")
    with _progress() as bar:
        try:
            path: Path = recogniser.pull(settings.models_dir, _reporter(bar))
        except errors.ModelError as error:
            raise Unavailable(str(error)) from error
    return path


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,  # into a log it would put an empty line
    )


def _reporter(bar: Progress) -> Callable[[str, int, int | None], None]:
    """Draws what the registry reports: a label, bytes so far, bytes in all if known."""
    tasks: dict[str, Any] = {}

    def report(label: str, done: int, total: int | None) -> None:
        if label not in tasks:
            tasks[label] = bar.add_task(label, total=total)
        bar.update(tasks[label], completed=done, total=total)

    return report
