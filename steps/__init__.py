"""The words of the features. Glue: each step parses its words and calls one verb of the engine."""

IS_RECONVERGE = True  # the plugin tells these steps from another project's package of that name
