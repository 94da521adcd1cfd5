SELECT line, 'time.type' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'time.type')
