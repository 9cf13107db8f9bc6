"""How tests are skipped: what a machine lacks is counted at the end, and with --no-skips only a GPU may be lacking."""

import pytest

SKIPPED_GPU = "gpu: there is none here"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when a test is skipped that is not marked gpu")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked and not _has_gpu():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=SKIPPED_GPU))


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


class Skips:
    """Counts what was skipped."""

    def __init__(self, forbidden: bool) -> None:
        self.forbidden = forbidden
        self.gpu = 0
        self.others: list[str] = []

    def _count(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if SKIPPED_GPU in reason:
            self.gpu += 1
        else:
            self.others.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._count(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._count(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.forbidden and self.others and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.line(f"skipped: {self.gpu} for want of a GPU, {len(self.others)} for want of something else")
        if self.forbidden:
            for line in self.others:
                terminalreporter.line(f"  not allowed here: {line}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skips(config.getoption("--no-skips")))
