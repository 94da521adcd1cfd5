SELECT line, 'time.range' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'time.range')
