"""What changed between two packages: figures, sentences, findings and the raw rows behind them."""
