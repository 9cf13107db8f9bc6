"""The one family of errors. Each has a code, an HTTP status, a sentence for what is wrong and a hint for what to do.

They are raised where the fault is known and turned into an answer or an exit code once, at the edge. They cross the
engine's socket as `as_dict` and come back as themselves by `from_dict`.
"""

from timbre.errors.access import *
from timbre.errors.base import *
from timbre.errors.books import *
from timbre.errors.command import *
from timbre.errors.datasets import *
from timbre.errors.engine import *
from timbre.errors.jobs import *
from timbre.errors.models import *
from timbre.errors.profiles import *
from timbre.errors.runs import *
from timbre.errors.service import *
from timbre.errors.storage import *
from timbre.errors.store import *
from timbre.errors.text import *
from timbre.errors.training import *
from timbre.errors.uploads import *
from timbre.errors.voices import *
from timbre.errors.watermark import *
from timbre.errors.wyoming import *
