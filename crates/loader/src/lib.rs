//! Reads manifests and the project file: files to desired state, with diagnostics at their positions.
