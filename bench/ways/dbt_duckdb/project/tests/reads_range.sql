SELECT line, 'reads.range' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'reads.range')
