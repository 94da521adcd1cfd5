SELECT * FROM {{ ref("cells") }} WHERE len(faults) = 0 AND line NOT IN (SELECT line FROM {{ ref("keys") }})
