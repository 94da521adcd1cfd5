SELECT line, 'channel.domain' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'channel.domain')
