"""How a formula fares along the drive: up to where it holds, and where its optimum moves."""
