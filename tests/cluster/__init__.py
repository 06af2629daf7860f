"""Several machines in small: three database servers, two web nodes, two workers, a proxy."""
