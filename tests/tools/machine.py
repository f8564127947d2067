"""A directory that a test takes for a machine: its PATH has a few programs and nothing else."""

import os
import shutil
import tempfile
import unittest


class BareMachine(unittest.TestCase):
    ESSENTIAL = ()  # programs of this machine that are there as they are

    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        self.bin = os.path.join(self.root, 'machine')
        os.mkdir(self.bin)
        for name in self.ESSENTIAL:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
