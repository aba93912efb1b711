//! Transmit Security Mosaic as data: its kinds, and the pure mapping of steps to requests and answers to objects.
