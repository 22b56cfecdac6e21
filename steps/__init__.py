"""The words of the features. Glue: each step parses its words and calls one verb of the engine."""

from pkgutil import iter_modules

IS_RECONVERGE = True  # the plugin tells these steps from another project's package of that name
# One module for each thing that the features speak of; each is loaded because it is here.
MODULES = tuple(sorted({one.name for one in iter_modules(__path__)} - {"vocabulary"}))
