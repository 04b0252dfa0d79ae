"""What happens to a finding over time: grace, guards, command, proof, escalation."""
