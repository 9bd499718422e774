// Nothing to compile: configuring fails first.
